import type { Engine } from '#lib/simulator/engine.ts';
import type { Server } from '#lib/simulator/fleet.ts';
import { pythonNumber } from '#lib/simulator/print/numbers.ts';
import { type Labels, PageLayout } from '#lib/simulator/print/page.ts';
import type { PageTime } from '#lib/simulator/print/python-process.ts';
import type { Tally } from '#lib/simulator/tally.ts';

type Extra = readonly [label: string, value: string];
type Series = { readonly extra?: Extra; readonly value: (engine: Engine) => number };

export const PYTHON_FORMATS = { le: pythonNumber, count: pythonNumber } as const;

/** Lays out families as client_python prints them for vLLM: labels sorted, one line per engine, `_created` where it is real. */
export class VllmWriter {
  readonly page = new PageLayout();
  readonly #server: Server;
  readonly #time: PageTime;
  readonly #withEngine: boolean;
  readonly #withCreated: boolean;
  #families = 0;

  /** V0 has neither the `engine` label nor `_created` series. */
  constructor(server: Server, time: PageTime, v1: boolean) {
    this.#server = server;
    this.#time = time;
    this.#withEngine = v1;
    this.#withCreated = v1;
  }

  gauge(name: string, help: string, ...series: readonly Series[]): void {
    this.page.family(`vllm:${name}`, 'gauge', help);
    this.#samples(`vllm:${name}`, series);
  }

  /** Without the `_total`, which client_python adds. */
  counter(name: string, help: string, ...series: readonly Series[]): void {
    this.page.family(`vllm:${name}_total`, 'counter', help);
    this.#samples(`vllm:${name}_total`, series);
    this.#created(
      name,
      help,
      series.map((one) => one.extra),
    );
  }

  histogram(name: string, help: string, tallyOf: (engine: Engine) => Tally): void {
    this.page.family(`vllm:${name}`, 'histogram', help);
    for (const engine of this.#server.engines) {
      const tally = tallyOf(engine);
      this.page.buckets(`vllm:${name}`, (le) => this.labels(engine, ['le', le]), tally, PYTHON_FORMATS);
      this.page.sample(`vllm:${name}_count`, this.labels(engine), pythonNumber, () => tally.count);
      this.page.sample(`vllm:${name}_sum`, this.labels(engine), pythonNumber, () => tally.sum);
    }
    this.#created(name, help, [undefined]);
  }

  labels(engine: Engine, extra?: Extra): Labels {
    const { rank, model } = engine.settings;
    const labels: (readonly [string, string])[] = [['model_name', model]];
    if (this.#withEngine) labels.push(['engine', rank]);
    if (extra !== undefined) labels.push(extra);
    return labels.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #samples(name: string, series: readonly Series[]): void {
    for (const engine of this.#server.engines) {
      for (const { extra, value } of series) {
        this.page.sample(name, this.labels(engine, extra), pythonNumber, () => value(engine));
      }
    }
  }

  /** A time per series, in the order in which the server made them while it started. */
  #created(name: string, help: string, extras: readonly (Extra | undefined)[]): void {
    if (!this.#withCreated) return;
    this.page.family(`vllm:${name}_created`, 'gauge', help);
    for (const engine of this.#server.engines) {
      for (const extra of extras) {
        this.#families += 1;
        const delayS = 21.5 + this.#families * 2.4e-5;
        this.page.sample(`vllm:${name}_created`, this.labels(engine, extra), pythonNumber, () => {
          return this.#time.epochS + this.#server.startedAtS + delayS;
        });
      }
    }
  }
}
