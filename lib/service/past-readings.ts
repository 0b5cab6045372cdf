import { BUSY_SIGNALS } from '#lib/db/busy-subjects.ts';
import { baselineOf, type FleetState, type FleetSubject, sloOf } from '#lib/db/fleet-state.ts';
import { fieldsOfReads, readsLinkedGpus } from '#lib/db/read-fields.ts';
import { type HistoryRequest, readHistory } from '#lib/db/read-history.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import { type TrackReader, trackReader } from '#lib/rules/read-track.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import type { Track } from '#lib/series/track.ts';
import type { ServiceContext } from '#lib/service/context.ts';

/** What stored samples say of one subject over time. Times must not go back. */
export type PastReadings = {
  readonly track: Track;
  readonly read: TrackReader;
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
  const load = (kind: SubjectKind, subjectIds: readonly number[]) =>
    readHistory(context, { ...span, kind, subjectIds, fields: fieldsOfReads(kind, all) });
  const of = (kind: SubjectKind) => subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
  const linkedGpus = !readsLinkedGpus(reads) ? [] : [...gpusOf.values()].flat().map((link) => link.gpuId);
  const linkedEngines = !wantsBusy ? [] : [...enginesOf.values()].flat().map((link) => link.engineId);
  const [engines, gpus] = await Promise.all([
    load('engine', [...new Set([...of('engine'), ...linkedEngines])]),
    load('gpu', [...new Set([...of('gpu'), ...linkedGpus])]),
  ]);
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  return (subjectId) => {
    const subject = byId.get(subjectId);
    const track = subject?.kind === 'gpu' ? gpus(subjectId) : engines(subjectId);
    const own = trackReader({
      track,
      gpus: (gpusOf.get(subjectId) ?? []).map((link) => gpus(link.gpuId)),
      baselineRps: subject === undefined ? null : baselineOf(subject),
      slo: subject === undefined ? null : sloOf(subject),
      kind: subject?.kind ?? 'engine',
      stepMs: span.stepMs ?? 0,
    });
    const linked = (enginesOf.get(subjectId) ?? []).map((link) =>
      trackReader({
        track: engines(link.engineId),
        gpus: [],
        baselineRps: null,
        slo: null,
        kind: 'engine',
        stepMs: span.stepMs ?? 0,
      }),
    );
    return {
      track,
      read: own,
      isBusy: (atMs) =>
        [own, ...linked].some((readings) => BUSY_READS.some((read) => (readings(read, atMs)?.mean ?? 0) > 0)),
    };
  };
}
