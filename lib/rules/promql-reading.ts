import { formatDurationMs } from '#lib/metrics/duration.ts';
import { type EngineHistogram, type GpuCounter, type GpuGauge, THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { Compute, Signal, SloForm } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { Slo, SloPart } from '#lib/metrics/slo.ts';
import type { SignalRead } from '#lib/rules/checked.ts';
import {
  GPU_SERIES,
  type GpuExporter,
  type SeriesName,
  VLLM_HISTOGRAMS,
  VLLM_SERIES,
} from '#lib/rules/prometheus-names.ts';

export type PromqlOptions = {
  readonly gpuExporter: GpuExporter;
  /** A configured baseline; Prometheus cannot learn one. */
  readonly baselineRps: number | null;
  /** What is promised of all engines; Prometheus does not know of promises for single targets. */
  readonly slo: Slo | null;
};

/** Says that Prometheus has nothing like it, and why; caught in promql.ts. */
export class NoCounterpart extends Error {}

const ENGINE_LABELS = 'job, instance, model_name, engine';
const TARGET_LABELS = 'job, instance';

/** What tells one engine, GPU or target from another in Prometheus. */
export function labelsOf(kind: 'engine' | 'gpu' | 'target', exporter: GpuExporter): string {
  if (kind === 'engine') return ENGINE_LABELS;
  if (kind === 'target') return TARGET_LABELS;
  return exporter === 'dcgm' ? 'job, instance, UUID, GPU_I_ID' : 'job, instance, uuid';
}

/** One reading as PromQL: a vector with exactly the subject's labels. Throws NoCounterpart. */
export function promqlReading(read: SignalRead, options: PromqlOptions): string {
  const signal = findSignal(read.signal);
  if (signal === undefined) throw new NoCounterpart(`no signal is called ${read.signal}`);
  return new Reading(signal, read, options).text();
}

class Reading {
  readonly #signal: Signal;
  readonly #read: SignalRead;
  readonly #options: PromqlOptions;
  readonly #by: string;
  readonly #window: string;

  constructor(signal: Signal, read: SignalRead, options: PromqlOptions) {
    this.#signal = signal;
    this.#read = read;
    this.#options = options;
    this.#by = `by (${labelsOf(signal.kind, options.gpuExporter)})`;
    this.#window = formatDurationMs(read.windowMs);
  }

  text(): string {
    const { compute } = this.#signal;
    switch (compute.type) {
      case 'gauge':
        return this.#gauge(compute.field);
      case 'peak':
        return this.#scaled(this.#series(compute.field), this.#only(['default', 'max'], 'max_over_time'));
      case 'gauge-ratio': {
        if (this.#read.aggregate !== 'default')
          throw new NoCounterpart('the mean of a ratio is not the ratio of means');
        return `${this.#gauge(compute.numerator)} / (${this.#gauge(compute.denominator)} > 0)`;
      }
      case 'any-bit':
        return this.#anyBit(compute);
      case 'rate':
      case 'increase':
        this.#only(['default', 'avg'], '');
        return this.#counted(compute.type, compute.counters);
      case 'increase-ratio':
        return this.#increaseRatio(compute);
      case 'quantile': {
        const buckets = `sum by (le, ${ENGINE_LABELS}) (rate(${VLLM_HISTOGRAMS[compute.histogram]}_bucket[${this.#window}]))`;
        return `histogram_quantile(${compute.q}, ${buckets})`;
      }
      case 'histogram-mean':
        return `${this.#part(compute.histogram, '_sum')} / (${this.#part(compute.histogram, '_count')} > 0)`;
      case 'fraction-below':
        return this.#shareWithin(compute.histogram, compute.bound);
      case 'over-baseline': {
        const rate = this.#counted('rate', compute.counters);
        const multiple = `(${rate}) / ${this.#baseline()}`;
        return compute.form === 'multiple' ? multiple : `clamp_min(1 - ${multiple}, 0)`;
      }
      case 'baseline':
        return this.#baseline();
      case 'target-up':
        return this.#up(compute.form);
      case 'slo':
        return this.#slo(compute.form);
      default:
        throw new NoCounterpart(WHY_NOT[compute.type]);
    }
  }

  /** The subject's series of a field. */
  #series(field: string): SeriesName {
    const table: Partial<Record<string, SeriesName>> =
      this.#signal.kind === 'gpu' ? GPU_SERIES[this.#options.gpuExporter] : VLLM_SERIES;
    const series = table[field];
    if (series !== undefined) return series;
    const where = this.#signal.kind === 'gpu' ? this.#options.gpuExporter : 'vLLM';
    if (field === 'arrivals') throw new NoCounterpart('arrivals are derived; vLLM counts only finished requests');
    throw new NoCounterpart(`${where} has no series per ${this.#signal.kind} for ${field}`);
  }

  #only(allowed: readonly SignalRead['aggregate'][], over: string): string {
    if (!allowed.includes(this.#read.aggregate)) {
      throw new NoCounterpart(`${this.#read.aggregate} of ${this.#signal.id} would need a recording rule`);
    }
    return over;
  }

  #gauge(field: string): string {
    if (field === 'total_bytes' && this.#options.gpuExporter === 'dcgm') {
      return `(${this.#gauge('used_bytes')} + ${this.#gauge('free_bytes')})`;
    }
    if (field === 'xid_last' && this.#options.gpuExporter !== 'dcgm') {
      throw new NoCounterpart('nvidia_gpu_exporter has no last code; only "gpu_xid = code" can be written');
    }
    const { aggregate } = this.#read;
    return this.#scaled(this.#series(field), aggregate === 'default' ? '' : `${aggregate}_over_time`);
  }

  #scaled(series: SeriesName, over: string): string {
    const selector = selectorOf(series);
    const value = over === '' ? selector : `${over}(${selector}[${this.#window}])`;
    const scale = series.factor === undefined ? '' : ` * ${series.factor}`;
    return `max ${this.#by} (${value})${scale}`;
  }

  #counted(type: 'rate' | 'increase', counters: readonly string[]): string {
    if (counters.includes('xid_errors')) return this.#xidErrors();
    const sums = counters.map((counter) => {
      const series = this.#series(counter as GpuCounter);
      const scale = series.factor === undefined ? '' : ` * ${series.factor}`;
      return `sum ${this.#by} (${type}(${selectorOf(series)}[${this.#window}]))${scale}`;
    });
    return sums.join(' + ');
  }

  /** Codes of the window: a new series of a counter has no increase in Prometheus, so the times and the changes are used. */
  #xidErrors(): string {
    if (this.#options.gpuExporter === 'dcgm') {
      const codes = 'DCGM_FI_DEV_XID_ERRORS';
      const over = (side: 'max' | 'min') => `${side} ${this.#by} (${side}_over_time(${codes}[${this.#window}]))`;
      return `${over('max')} - ${over('min')}`;
    }
    return `count ${this.#by} (time() - nvidia_smi_xid_last_timestamp_seconds < ${this.#read.windowMs / 1000})`;
  }

  #increaseRatio(compute: Extract<Compute, { type: 'increase-ratio' }>): string {
    const [top, bottom] = [
      this.#counted('increase', compute.numerator),
      this.#counted('increase', compute.denominator),
    ];
    const ratio = `(${top}) / ((${bottom}) > 0)`;
    return compute.whenBothZero === 0 ? `((${ratio}) or ((${top}) == 0 and (${bottom}) == 0))` : ratio;
  }

  #part(histogram: EngineHistogram, suffix: string): string {
    return `sum ${this.#by} (rate(${VLLM_HISTOGRAMS[histogram]}${suffix}[${this.#window}]))`;
  }

  #shareWithin(histogram: EngineHistogram, bound: number): string {
    return `${this.#part(histogram, bucketAt(bound))} / (${this.#part(histogram, '_count')} > 0)`;
  }

  /** Exact at bucket bounds; a latency between two has no series in Prometheus and stays silent there. */
  #slo(form: SloForm): string {
    this.#only(['default', 'avg'], '');
    const { slo } = this.#options;
    if (slo === null || slo.promisedBy === 'nobody')
      throw new NoCounterpart('no slo is stated for all targets in headroom.yaml');
    if (form === 'goodput' || form === 'budget-left') throw new NoCounterpart(WHY_NOT[form] ?? '');
    const increase = (part: SloPart, suffix: string): string =>
      `sum ${this.#by} (increase(${VLLM_HISTOGRAMS[part.histogram]}${suffix}[${this.#window}]))`;
    const of = (part: SloPart): string => {
      if (form === 'requests') return increase(part, '_count');
      if (form === 'slow') return `${increase(part, '_count')} - ${increase(part, bucketAt(part.bound))}`;
      return `(1 - ${this.#shareWithin(part.histogram, part.bound)}) / ${Number((1 - slo.objective).toPrecision(12))}`;
    };
    const [first, ...more] = slo.parts;
    if (first === undefined) throw new NoCounterpart('the slo of all targets names no latency');
    if (more.length === 0) return of(first);
    const named = slo.parts.map((part) => `label_replace(${of(part)}, "latency", "${part.name}", "", "")`);
    return `${form === 'requests' ? 'min' : 'max'} ${this.#by} (${named.join(' or ')})`;
  }

  #anyBit(compute: Extract<Compute, { type: 'any-bit' }>): string {
    this.#only(['default', 'max'], '');
    const bits = Object.entries(THROTTLE_BITS).filter(([, bit]) => (compute.mask & bit) !== 0);
    const [only] = bits;
    if (this.#options.gpuExporter === 'nvidia_gpu_exporter' && bits.length === 1 && only !== undefined) {
      const over = (family: string) => `max_over_time(nvidia_smi_clocks_${family}_reasons_${only[0]}[${this.#window}])`;
      return `max ${this.#by} (${over('event')} or ${over('throttle')})`;
    }
    const mask = selectorOf(this.#series(compute.field satisfies GpuGauge | string));
    const any = bits.map(([, bit]) => `floor(${mask} / ${bit}) % 2`).join(' + ');
    return `max ${this.#by} (max_over_time(clamp_max(${any}, 1)[${this.#window}:]))`;
  }

  #baseline(): string {
    const { baselineRps } = this.#options;
    if (baselineRps === null)
      throw new NoCounterpart('the learned baseline is not in Prometheus; use the literal form');
    return String(baselineRps);
  }

  /** `up` exists for everything that Prometheus scrapes: only targets that showed an engine or a GPU within a day count. */
  #up(form: 'latest' | 'share'): string {
    const gpuSeries = GPU_SERIES[this.#options.gpuExporter].used_bytes?.name ?? '';
    const shown = ['vllm:num_requests_running', gpuSeries]
      .map((name) => `count by (${TARGET_LABELS}) (present_over_time(${name}[1d]))`)
      .join(' or ');
    const up = form === 'latest' ? 'up' : `avg_over_time(up[${this.#window}])`;
    return `max by (${TARGET_LABELS}) (${up} and on (${TARGET_LABELS}) (${shown}))`;
  }
}

/** The bucket that ends at a bound; Prometheus and its clients write 1 as `1` or `1.0`. */
function bucketAt(bound: number): string {
  const text = String(bound).replace('.', '[.]');
  return `_bucket{le=~"${text}|${text}[.]0"}`;
}

const WHY_NOT: Readonly<Record<string, string>> = {
  'gauge-product': 'the number of KV blocks is a label of vllm:cache_config_info, not a value',
  'joint-fraction-below': 'it is an interval of two histograms',
  'per-linked-gpu': 'Prometheus does not know which GPUs an engine runs on',
  'failures-while-full': 'Prometheus does not know which GPUs an engine runs on',
  'target-frozen': 'Prometheus does not see whether an exporter repeats itself',
  shown: 'Prometheus has no memory of engines and GPUs that it once saw; absent() fires only when all are gone',
  'memory-verdict': 'Prometheus has no leak verdict: a slope alone takes warm-up, steps and load for a leak',
  slowdown: 'Prometheus does not remember how fast this process was after its warm-up',
  burst: 'a burst, its end and its recovery are found poll by poll; Prometheus has no memory of them',
  'missing-signals': 'Prometheus does not know what a version should expose',
  'run-figure': 'Prometheus does not know of runs and their batches',
  sla: 'Prometheus does not know of batches and their windows, nor which minutes had demand',
  goodput: 'it is an interval of several histograms',
  'budget-left': 'Prometheus would add up thirty days at every evaluation; use a recording rule',
};

function selectorOf({ name, matchers }: SeriesName): string {
  return matchers === undefined ? name : `${name}{${matchers}}`;
}
