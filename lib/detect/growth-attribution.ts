import { medianSlope } from '#lib/detect/theil-sen.ts';

/** Memory of one process on a GPU over time, as the exporter lists it; times at which it was not listed are left out. */
export type ProcessMemory = {
  readonly pid: string;
  readonly name: string;
  readonly readings: readonly { readonly atMs: number; readonly bytes: number }[];
};

export type ProcessGrowth = { readonly pid: string; readonly name: string; readonly growthBytes: number };

export type GrowthAttribution = {
  /** The process that most of the growth is due to; null when no single one is, or none is listed. */
  readonly grower: (ProcessGrowth & { readonly share: number }) | null;
  /** All that were listed, the largest growth first. */
  readonly processes: readonly ProcessGrowth[];
  /** Growth of the GPU that no listed process accounts for: the driver, other containers, processes that are not shown. */
  readonly unattributedBytes: number;
};

/** One process stands out when it took this share of the growth. */
const LEAST_SHARE = 0.5;
/** Within this share of the span from its ends a process counts as there from the beginning or until the end. */
const EDGE_SHARE = 0.1;

/**
 * Which process the growth of a GPU's memory between two times is due to. Growth of a process is its Theil–Sen slope times
 * the span; of one that came in between, what it holds; of one that went, the negative of what it held. null when the
 * exporter gives no per-process memory (`processes` is null).
 */
export function attributeGrowth(
  growthBytes: number,
  fromMs: number,
  toMs: number,
  processes: readonly ProcessMemory[] | null,
): GrowthAttribution | null {
  if (processes === null) return null;
  const grown = processes
    .map(({ pid, name, readings }) => ({ pid, name, growthBytes: growthOf(readings, fromMs, toMs) }))
    .toSorted((a, b) => b.growthBytes - a.growthBytes);
  const first = grown[0];
  const share = first === undefined || growthBytes <= 0 ? 0 : first.growthBytes / growthBytes;
  return {
    grower: first !== undefined && share >= LEAST_SHARE ? { ...first, share } : null,
    processes: grown,
    unattributedBytes: growthBytes - grown.reduce((sum, process) => sum + process.growthBytes, 0),
  };
}

function growthOf(all: ProcessMemory['readings'], fromMs: number, toMs: number): number {
  const readings = all
    .filter((reading) => reading.atMs >= fromMs && reading.atMs <= toMs)
    .toSorted((a, b) => a.atMs - b.atMs);
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const edgeMs = (toMs - fromMs) * EDGE_SHARE;
  const [came, went] = [first.atMs > fromMs + edgeMs, last.atMs < toMs - edgeMs];
  if (came || went) return (went ? 0 : last.bytes) - (came ? 0 : first.bytes);
  const thin = thinned(readings);
  const slope = medianSlope(
    Float64Array.from(thin, (reading) => reading.atMs),
    Float64Array.from(thin, (reading) => reading.bytes),
  );
  return (slope ?? 0) * (toMs - fromMs);
}

const MOST_READINGS = 72;

function thinned(readings: ProcessMemory['readings']): ProcessMemory['readings'] {
  const every = Math.ceil(readings.length / MOST_READINGS);
  return readings.filter((_, i) => i % every === 0);
}
