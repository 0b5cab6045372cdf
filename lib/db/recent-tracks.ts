import type { StoredFields } from '#lib/db/columns.ts';
import type { FleetSubject } from '#lib/db/fleet-state.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { readHistory } from '#lib/db/read-history.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import { LiveTrack } from '#lib/series/live-track.ts';
import type { Track } from '#lib/series/track.ts';

export type FieldsByKind = Readonly<Record<SubjectKind, StoredFields>>;

type Kept = { readonly targetId: number; readonly live: LiveTrack };

const EMPTY: Track = { atMs: [], columns: new Map(), histograms: new Map() };
const NO_FIELDS: StoredFields = { gauges: [], counters: [], histograms: [] };

/**
 * The stored samples of the last minutes, kept as they are written: what is asked at every poll is answered without
 * reading them again. A subject is read from the store when it is first asked for; subjects of other collectors always.
 */
export class RecentTracks {
  readonly #context: MeasureContext;
  readonly #spanMs: number;
  readonly #own = new Set<number>();
  readonly #kept = new Map<number, Kept>();
  #fields: FieldsByKind = { engine: NO_FIELDS, gpu: NO_FIELDS };

  /** `spanMs`: how far back a window may reach. */
  constructor(context: MeasureContext, spanMs: number) {
    this.#context = context;
    this.#spanMs = spanMs;
  }

  /** The fields that windows are measured from, from now on. */
  use(fields: FieldsByKind): void {
    if (JSON.stringify(fields) === JSON.stringify(this.#fields)) return;
    this.#fields = fields;
    this.#kept.clear();
  }

  /** Polls that are stored now. */
  add(records: readonly PollRecord[]): void {
    for (const { targetId, samples } of records) {
      this.#own.add(targetId);
      for (const row of samples) this.#kept.get(row.subjectId)?.live.append(row.sample, row.layoutId);
    }
  }

  /** Another collector stores the samples of this target from now on. */
  forget(targetId: number): void {
    this.#own.delete(targetId);
    for (const [id, kept] of this.#kept) if (kept.targetId === targetId) this.#kept.delete(id);
  }

  /** Lets go of what no window at `nowMs` or later can reach. */
  cut(nowMs: number): void {
    for (const [id, { live }] of this.#kept) {
      live.cut(nowMs - this.#spanMs);
      if (live.newestMs < nowMs - this.#spanMs) this.#kept.delete(id);
    }
  }

  /** The tracks of these subjects, each with all stored polls of (nowMs − span, nowMs]; polls after it may be there. */
  async of(subjects: readonly FleetSubject[], nowMs: number): Promise<(subjectId: number) => Track> {
    const own = subjects.filter((subject) => this.#own.has(subject.targetId));
    const foreign = subjects.filter((subject) => !this.#own.has(subject.targetId));
    const missing = own.filter((subject) => !this.#kept.has(subject.id));
    const [others, loaded] = await Promise.all([this.#read(foreign, nowMs), this.#load(missing, nowMs)]);
    const trackOf = (id: number): Track | undefined =>
      others.get(id) ?? loaded.get(id)?.track ?? this.#kept.get(id)?.live.track;
    const found = new Map(subjects.map(({ id }) => [id, trackOf(id) ?? EMPTY]));
    return (subjectId) => found.get(subjectId) ?? EMPTY;
  }

  /** What is stored while this reads is appended behind what it read. */
  async #load(subjects: readonly FleetSubject[], nowMs: number): Promise<ReadonlyMap<number, LiveTrack>> {
    const waiting = subjects.map((subject) => {
      const kept = { targetId: subject.targetId, live: new LiveTrack(this.#fields[subject.kind]) };
      this.#kept.set(subject.id, kept);
      return { subject, kept };
    });
    const isForgotten = ({ subject, kept }: (typeof waiting)[number]): boolean => this.#kept.get(subject.id) !== kept;
    try {
      const stored = await this.#read(subjects, nowMs);
      const loaded = new Map<number, LiveTrack>();
      for (const each of waiting) {
        const live = new LiveTrack(this.#fields[each.subject.kind]);
        live.appendTrack(stored.get(each.subject.id) ?? EMPTY);
        live.appendTrack(each.kept.live.track);
        loaded.set(each.subject.id, live);
        if (!isForgotten(each)) this.#kept.set(each.subject.id, { ...each.kept, live });
      }
      return loaded;
    } catch (error) {
      for (const each of waiting) if (!isForgotten(each)) this.#kept.delete(each.subject.id);
      throw error;
    }
  }

  /** All that is stored, however new: a poll that is stored before this reads is not added again. */
  async #read(subjects: readonly FleetSubject[], nowMs: number): Promise<ReadonlyMap<number, Track>> {
    const tracks = new Map<number, Track>();
    for (const kind of ['engine', 'gpu'] as const) {
      const subjectIds = subjects.filter((subject) => subject.kind === kind).map((subject) => subject.id);
      if (subjectIds.length === 0) continue;
      const trackOf = await readHistory(this.#context, {
        kind,
        subjectIds,
        fields: this.#fields[kind],
        tier: 'raw',
        fromMs: nowMs - this.#spanMs,
        toMs: Number.MAX_SAFE_INTEGER,
        stepMs: null,
      });
      for (const id of subjectIds) tracks.set(id, trackOf(id));
    }
    return tracks;
  }
}
