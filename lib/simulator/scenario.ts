import type { BatchApiSettings } from '#lib/simulator/batch-jobs.ts';
import type { EngineFormat } from '#lib/simulator/bounds.ts';
import type { EngineSettings } from '#lib/simulator/engine-settings.ts';
import type { GpuSettings } from '#lib/simulator/gpu.ts';
import type { BatchForm } from '#lib/simulator/print/batch-list.ts';

/** One API server: one target, one process, one or several data-parallel engines. */
export type ServerSettings = {
  readonly name: string;
  readonly host: string;
  readonly format: EngineFormat;
  readonly engines: readonly EngineSettings[];
};

export const GPU_FORMATS = [
  'nvidia-gpu-exporter',
  'nvidia-gpu-exporter-nvml',
  'dcgm-3',
  'dcgm',
  'mindprince',
  'telegraf',
] as const;
/** An exporter and, where its page changed, its age: `dcgm-3` prints `Hostname` and no reserved memory. */
export type GpuFormat = (typeof GPU_FORMATS)[number];

export type HostSettings = {
  readonly name: string;
  readonly exporter: GpuFormat;
  readonly gpus: readonly GpuSettings[];
};

/**
 * Something that happens to a server. `restart`: the process ends and another starts `downS` later. `oom`: as vLLM shows
 * it, without an XID: all requests fail, the page still answers a few seconds, then the port is closed until the restart.
 */
export type ServerEvent = {
  readonly server: string;
  readonly kind: 'restart' | 'oom';
  readonly atS: number;
  readonly downS: number;
  readonly everyS?: number;
};

export const FAULTS = [
  'none',
  'down',
  'hang',
  'slow-headers',
  'endless',
  'html',
  'gzip-bomb',
  'huge',
  'garbage',
  'http-500',
  'frozen',
  'restart',
  'half-objects',
  'unknown-status',
] as const;
/** What a target does wrong; `restart` happens once, the others last. The last two are of batch APIs. */
export type Fault = (typeof FAULTS)[number];

/** Faults of a list of batches that is still JSON. */
export type BatchFault = Extract<Fault, 'half-objects' | 'unknown-status'>;
export function isBatchFault(fault: Fault): fault is BatchFault {
  return fault === 'half-objects' || fault === 'unknown-status';
}

export type FaultWindow = {
  readonly path: string;
  readonly fault: Fault;
  readonly startS: number;
  readonly endS: number;
  readonly everyS?: number;
};

export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly ServerSettings[];
  readonly hosts: readonly HostSettings[];
  readonly events: readonly ServerEvent[];
  readonly faults: readonly FaultWindow[];
  /** A batch API in front of one of its servers. */
  readonly batchApi?: BatchApiSettings;
  /** How long the timeline is; Infinity for those that go on. */
  readonly lengthS: number;
};

export function enginePath(server: string): string {
  return `/engines/${server}/metrics`;
}

export function gpuPath(host: string): string {
  return `/gpus/${host}/metrics`;
}

/** Where the batches of a server are listed; a target's address is this without `/batches`. */
export function batchesPath(server: string, form: BatchForm): string {
  return `/batch-apis/${server}${form === 'openai' ? '' : `/${form}`}/v1/batches`;
}

/** True when a happening that starts at `startS`, and again every `everyS`, covers `timeS`. */
export function covers(window: { startS: number; endS: number; everyS?: number }, timeS: number): boolean {
  const sinceS = timeS - window.startS;
  const insideS = window.everyS === undefined || sinceS < 0 ? sinceS : sinceS % window.everyS;
  return insideS >= 0 && insideS < window.endS - window.startS;
}
