import type { SloReadings } from '#lib/collector/slo-readings.ts';
import { baselineOf, type FleetState, type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import { measureReads, type ReadValues } from '#lib/db/measure-reads.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import type { RecentTracks } from '#lib/db/recent-tracks.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { pickRead, type TrackReader, trackReader } from '#lib/rules/read-track.ts';
import { readKey, type SignalRead } from '#lib/rules/reads.ts';

/** Windows up to this long are measured from memory at every poll; longer ones from the store. */
export const RECENT_MS = 300_000;

export type EvaluationContext = MeasureContext & { readonly recent: RecentTracks; readonly slo: SloReadings };

/** `coarseBelow`: the quantile fell into the lowest bucket, below this bound. */
export type Reading = { readonly value: number | null; readonly coarseBelow: number | null };

export type SliceReadings = (subjectId: number | null, read: SignalRead, atMs: number) => Reading;

const NOTHING: ReadValues = new Map();
const UNKNOWN: Reading = { value: null, coarseBelow: null };

/** What these subjects' samples say up to `nowMs`, for the readings asked for. */
export async function readSlice(
  context: EvaluationContext,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  reads: readonly SignalRead[],
  nowMs: number,
): Promise<SliceReadings> {
  if (subjects.length === 0) return () => UNKNOWN;
  const far = reads.filter((read) => read.windowMs > RECENT_MS && !isOfPromise(read));
  const ofPromises = reads.filter((read) => read.windowMs > RECENT_MS && isOfPromise(read));
  const engines = subjects.filter(({ kind }) => kind === 'engine');
  const [near, stored] = await Promise.all([
    recentReaders(context.recent, fleet, subjects, nowMs),
    far.length === 0 ? NOTHING : measureReads(context, fleet, subjects, far, nowMs),
    ofPromises.length === 0 ? undefined : context.slo.use(engines, ofPromises, nowMs),
  ]);
  return (subjectId, read, atMs) => {
    if (subjectId === null) return UNKNOWN;
    if (read.windowMs > RECENT_MS && isOfPromise(read))
      return { value: pickRead(read, context.slo.read(subjectId, read, nowMs)), coarseBelow: null };
    if (read.windowMs > RECENT_MS) return storedReading(stored, subjectId, read);
    const measured = near.get(subjectId)?.(read, atMs);
    if (measured === undefined) return UNKNOWN;
    return { value: pickRead(read, measured), coarseBelow: measured.coarseBelow ?? null };
  };
}

/** Hours and days of a promise are read from roll-ups once a minute. */
function isOfPromise(read: SignalRead): boolean {
  return findSignal(read.signal)?.compute.type === 'slo';
}

function storedReading(stored: ReadValues, subjectId: number, read: SignalRead): Reading {
  const readings = stored.get(subjectId);
  const key = readKey(read);
  return { value: readings?.values.get(key) ?? null, coarseBelow: readings?.coarseBelow.get(key) ?? null };
}

async function recentReaders(
  recent: RecentTracks,
  fleet: FleetState,
  subjects: readonly FleetSubject[],
  nowMs: number,
): Promise<ReadonlyMap<number, TrackReader>> {
  const linksOf = Map.groupBy(fleet.links, (link) => link.engineId);
  const linked = new Set(subjects.flatMap(({ id }) => (linksOf.get(id) ?? []).map((link) => link.gpuId)));
  const gpus = fleet.subjects.filter((subject) => linked.has(subject.id) && !subjects.includes(subject));
  const trackOf = await recent.of([...subjects, ...gpus], nowMs);
  return new Map(
    subjects.map((subject) => {
      const ofGpus = (linksOf.get(subject.id) ?? []).map((link) => trackOf(link.gpuId));
      const beside = {
        gpus: ofGpus,
        baselineRps: baselineOf(subject),
        slo: sloOf(subject),
        kind: subject.kind,
        stepMs: 0,
      };
      return [subject.id, trackReader({ track: trackOf(subject.id), ...beside })];
    }),
  );
}
