import { BUSY_SIGNALS } from '#lib/db/busy-subjects.ts';
import { baselineOf, type FleetState, type FleetSubject } from '#lib/db/fleet-state.ts';
import { type HistoryRequest, readHistory } from '#lib/db/read-history.ts';
import { storedFieldsOf } from '#lib/metrics/signal-fields.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import type { Measured } from '#lib/series/measure.ts';
import { gpuFieldsOf, trackMeasurer } from '#lib/series/measure-track.ts';
import type { Track } from '#lib/series/track.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** What stored samples say of one subject over time. Times must not go back. */
export type PastReadings = {
  readonly track: Track;
  /** `undefined`: not a reading of stored samples. */
  read(read: SignalRead, atMs: number): Measured | undefined;
  /** Whether it worked in the minute before. */
  isBusy(atMs: number): boolean;
};

export type Span = Pick<HistoryRequest, 'tier' | 'fromMs' | 'toMs' | 'stepMs'>;

const BUSY_READS: readonly SignalRead[] = BUSY_SIGNALS.map((signal) => ({
  signal,
  aggregate: 'default',
  windowMs: 60_000,
}));

/** Loads what the reads of these subjects need, and where `wantsBusy`, what tells whether they worked. */
export async function loadPastReadings(
  context: ServiceContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  reads: readonly SignalRead[],
  span: Span,
  wantsBusy: boolean,
): Promise<(subjectId: number) => PastReadings> {
  const ids = new Set(subjects.map((subject) => subject.id));
  const gpusOf = Map.groupBy(
    fleet.links.filter((link) => ids.has(link.engineId)),
    (link) => link.engineId,
  );
  const enginesOf = Map.groupBy(
    fleet.links.filter((link) => ids.has(link.gpuId)),
    (link) => link.gpuId,
  );
  const all = wantsBusy ? [...reads, ...BUSY_READS] : reads;
  const load = async (kind: 'engine' | 'gpu', subjectIds: readonly number[], fields: readonly string[]) =>
    readHistory(context, { ...span, kind, subjectIds, fields: new Set(fields) });
  const ownFields = (kind: 'engine' | 'gpu') =>
    all.flatMap((read) => {
      const signal = findSignal(read.signal);
      return signal?.kind === kind ? storedFieldsOf(signal.compute) : [];
    });
  const gpuFields = reads.flatMap((read) => {
    const signal = findSignal(read.signal);
    return signal === undefined ? [] : gpuFieldsOf(signal.compute);
  });
  const of = (kind: 'engine' | 'gpu') => subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
  const linkedGpus = gpuFields.length === 0 ? [] : [...gpusOf.values()].flat().map((link) => link.gpuId);
  const linkedEngines = !wantsBusy ? [] : [...enginesOf.values()].flat().map((link) => link.engineId);
  const [engines, gpus, neighbourGpus] = await Promise.all([
    load('engine', [...new Set([...of('engine'), ...linkedEngines])], ownFields('engine')),
    load('gpu', of('gpu'), ownFields('gpu')),
    load('gpu', [...new Set(linkedGpus)], gpuFields),
  ]);
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  return (subjectId) => {
    const subject = byId.get(subjectId);
    const track = subject?.kind === 'gpu' ? gpus(subjectId) : engines(subjectId);
    const own = readingsOf(track, {
      gpus: (gpusOf.get(subjectId) ?? []).map((link) => neighbourGpus(link.gpuId)),
      baselineRps: subject === undefined ? null : baselineOf(subject),
      kind: subject?.kind ?? 'engine',
      stepMs: span.stepMs ?? 0,
    });
    const linked = (enginesOf.get(subjectId) ?? []).map((link) =>
      readingsOf(engines(link.engineId), { gpus: [], baselineRps: null, kind: 'engine', stepMs: span.stepMs ?? 0 }),
    );
    return {
      track,
      read: own,
      isBusy: (atMs) =>
        [own, ...linked].some((readings) => BUSY_READS.some((read) => (readings(read, atMs)?.mean ?? 0) > 0)),
    };
  };
}

type Sources = {
  readonly gpus: readonly Track[];
  readonly baselineRps: number | null;
  readonly kind: 'engine' | 'gpu';
  readonly stepMs: number;
};

/** One measurer per reading, which remembers its newest answer: a condition asks twice, the second time with a margin. */
function readingsOf(track: Track, sources: Sources): (read: SignalRead, atMs: number) => Measured | undefined {
  type Known = { readonly measure: (atMs: number) => Measured; atMs: number; value: Measured | undefined };
  const known = new Map<SignalRead, Known>();
  const start = (read: SignalRead): Known | undefined => {
    const signal = findSignal(read.signal);
    if (signal === undefined || signal.kind !== sources.kind) return undefined;
    const windowMs = Math.max(read.windowMs, sources.stepMs);
    const gauges = read.aggregate === 'avg' ? 'mean' : 'newest';
    const measure = trackMeasurer(signal.compute, windowMs, gauges, { track, ...sources });
    return { measure, atMs: Number.NaN, value: undefined };
  };
  return (read, atMs) => {
    const entry = known.get(read) ?? start(read);
    if (entry === undefined) return undefined;
    known.set(read, entry);
    if (entry.atMs !== atMs) {
      entry.value = entry.measure(atMs);
      entry.atMs = atMs;
    }
    return entry.value;
  };
}

/** The number of a measured window that a reading asks for. */
export function pickRead(read: SignalRead, value: Measured): number | null {
  if (read.aggregate === 'min') return value.min;
  return read.aggregate === 'max' ? value.max : value.mean;
}
