import { Fleet, type Server } from '#lib/simulator/fleet.ts';
import { contentTypeOf, layOutGpus, layOutServer } from '#lib/simulator/pages.ts';
import { BATCH_FORMS, type BatchForm, batchListPage } from '#lib/simulator/print/batch-list.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';
import type { PageTime } from '#lib/simulator/print/python-process.ts';
import { spoiltBatchList } from '#lib/simulator/print/spoilt-batch-list.ts';
import {
  batchesPath,
  covers,
  enginePath,
  type Fault,
  gpuPath,
  isBatchFault,
  type Scenario,
} from '#lib/simulator/scenario.ts';
import type { BurstCase } from '#lib/simulator/scenarios-burst.ts';

export type SimulatedTarget = {
  readonly path: string;
  readonly contentType: string;
  readonly layout: PageLayout;
  /** null for an exporter. */
  readonly server: Server | null;
  fault: Fault;
  /** The page of the moment the target froze. */
  frozenPage: string | null;
};

export type SimulatedBatchApi = {
  readonly path: string;
  readonly form: BatchForm;
  fault: Fault;
  /** The answer of the moment it froze. */
  frozenPage: string | null;
};

export type RunningFleetOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Unix time of virtual second 0. */
  readonly epochMs: number;
  readonly stepS: number;
  readonly warmUpS: number;
};

/** A fleet with its pages, and what is wrong with each of them. */
export class SimulatedTargets {
  readonly fleet: Fleet;
  readonly byPath: ReadonlyMap<string, SimulatedTarget>;
  readonly batchApis: ReadonlyMap<string, SimulatedBatchApi>;
  readonly #time: PageTime;

  constructor(options: RunningFleetOptions) {
    const { scenario, seed, stepS, warmUpS } = options;
    this.fleet = new Fleet({ scenario, seed, stepS, warmUpS });
    this.#time = { epochS: options.epochMs / 1000, nowS: 0 };
    const targets: SimulatedTarget[] = [];
    for (const server of this.fleet.servers.values()) {
      targets.push(
        made(enginePath(server.settings.name), contentTypeOf(server), layOutServer(server, this.#time), server),
      );
    }
    for (const host of scenario.hosts) {
      const layout = layOutGpus(host, this.fleet.gpus.get(host.name) ?? [], this.#time);
      targets.push(made(gpuPath(host.name), 'text/plain; version=0.0.4; charset=utf-8', layout, null));
    }
    this.byPath = new Map(targets.map((target) => [target.path, target]));
    const { batchApi } = scenario;
    const forms =
      batchApi === undefined ? [] : BATCH_FORMS.map((form) => [batchesPath(batchApi.server, form), form] as const);
    this.batchApis = new Map(forms.map(([path, form]) => [path, { path, form, fault: 'none', frozenPage: null }]));
  }

  advance(toS: number): void {
    this.fleet.advance(toS);
    this.#time.nowS = Math.max(toS, this.fleet.nowS);
  }

  /** Plays the phases of a burst of report 000 on the engines of a target, from now on; false when it has none. */
  play(path: string, burst: BurstCase): boolean {
    const server = this.byPath.get(path)?.server ?? null;
    if (server === null) return false;
    const { phaseS, multiples } = burst;
    for (const engine of server.engines) engine.play({ startS: this.fleet.nowS, phaseS, multiples });
    return true;
  }

  /** False when there is no such target. */
  setFault(path: string, fault: Fault): boolean {
    const api = this.batchApis.get(path);
    if (api !== undefined) {
      api.frozenPage = null;
      api.fault = fault === 'restart' ? 'none' : fault;
      return true;
    }
    const target = this.byPath.get(path);
    if (target === undefined || isBatchFault(fault)) return false;
    target.frozenPage = fault === 'frozen' ? target.layout.print() : null;
    target.fault = fault === 'restart' ? 'none' : fault;
    if (fault === 'restart') target.server?.end(this.fleet.nowS, 2);
    return true;
  }

  /** What is wrong with a target now: what it was told last, else what the scenario says. */
  faultOf(target: Pick<SimulatedTarget, 'path' | 'fault'>): Fault {
    if (target.fault !== 'none') return target.fault;
    const { nowS } = this.fleet;
    return (
      this.fleet.scenario.faults.find((window) => window.path === target.path && covers(window, nowS))?.fault ?? 'none'
    );
  }

  /** The page as of now, or of the moment the target froze; null while its port is closed. */
  print(target: SimulatedTarget): string | null {
    if (target.server !== null && !target.server.answers(this.fleet.nowS)) return null;
    if (this.faultOf(target) !== 'frozen') return target.layout.print();
    target.frozenPage ??= target.layout.print();
    return target.frozenPage;
  }

  /** The list of batches as of now, as its fault spoils it. */
  printBatches(api: SimulatedBatchApi, query: URLSearchParams): string {
    const { batchJobs } = this.fleet;
    const fault = this.faultOf(api);
    if (fault === 'frozen' && api.frozenPage !== null) return api.frozenPage;
    const page = batchJobs === null ? '' : batchListPage(batchJobs, this.#time, api.form, query);
    if (fault === 'frozen') api.frozenPage = page;
    return isBatchFault(fault) ? spoiltBatchList(page, fault) : page;
  }
}

function made(path: string, contentType: string, layout: PageLayout, server: Server | null): SimulatedTarget {
  return { path, contentType, layout, server, fault: 'none', frozenPage: null };
}
