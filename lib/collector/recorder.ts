import type { Recognised } from '#lib/api/targets.ts';
import type { LiveSubject, SubjectRegistry } from '#lib/collector/subject-registry.ts';
import type { LayoutStore } from '#lib/db/layouts.ts';
import type { NewMark, PollRecord } from '#lib/db/poll-record.ts';
import type { SampleRow } from '#lib/db/sample-store.ts';
import type { Reading } from '#lib/metrics/sample.ts';
import type { ApiBatch } from '#lib/runs/api-batch.ts';
import { type Cursor, type Increment, increment } from '#lib/series/increments.ts';

/** A poll that succeeded: what it read and when. */
export type GoodPoll = {
  readonly atMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly samples: number;
  readonly problems: number;
  readonly readings: readonly Reading[];
  readonly recognised: Recognised;
  readonly batches?: readonly ApiBatch[];
};

export type BadPoll = {
  readonly atMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly errorKind: string;
  readonly message: string;
};

type Target = { readonly id: number; readonly intervalMs: number; readonly maxRunning: number | null };

/** Turns polls of one target into records to store. Cursors move on only when the whole record could be made. */
export class Recorder {
  readonly #target: Target;
  readonly #subjects: SubjectRegistry;
  readonly #layouts: LayoutStore;
  #recognised: Recognised | null = null;
  #dataNotes: readonly string[] = [];
  #lastReadings: readonly Reading[] = [];
  /** Since when polls repeat their values; null while they move. */
  #sameSinceMs: number | null = null;
  #lastAtMs = 0;

  constructor(target: Target, subjects: SubjectRegistry, layouts: LayoutStore) {
    this.#target = target;
    this.#subjects = subjects;
    this.#layouts = layouts;
  }

  /** The record of a failed attempt. */
  bad(poll: BadPoll): PollRecord {
    this.#sameSinceMs = null;
    this.#lastReadings = [];
    return {
      targetId: this.#target.id,
      scrape: {
        targetId: this.#target.id,
        atMs: poll.atMs,
        ok: false,
        durationMs: poll.durationMs,
        bytes: poll.bytes,
        samples: 0,
        problems: 0,
        sameBody: 0,
        errorKind: poll.errorKind,
        message: poll.message,
      },
      samples: [],
      cursors: [],
      marks: [],
      recognised: null,
    };
  }

  /** The record of a successful poll. Throws when a new subject cannot be stored; nothing has moved on then. */
  async good(poll: GoodPoll): Promise<PollRecord> {
    const processStartS = processStartOf(poll.readings);
    const samples: SampleRow[] = [];
    const marks: NewMark[] = [];
    const moves: { subject: LiveSubject; cursor: Cursor }[] = [];
    const notes: string[] = [];
    const seen = new Set<number>();
    for (const shown of poll.readings) {
      const reading = this.#withConfigured(shown);
      const found = await this.#subjects.find(reading, poll.atMs);
      if (found === null || seen.has(found.subject.id)) continue;
      seen.add(found.subject.id);
      const { subject } = found;
      if (subject.cursor !== null && subject.cursor.atMs >= poll.atMs) continue;
      const step = increment(subject.cursor, reading, {
        atMs: poll.atMs,
        intervalMs: this.#target.intervalMs,
        processStartS,
      });
      samples.push(await this.#row(subject, reading, step));
      moves.push({ subject, cursor: step.cursor });
      notes.push(...step.notes);
      marks.push(...this.#marks(poll.atMs, subject, found.created, step));
    }
    for (const { subject, cursor } of moves) subject.cursor = cursor;
    return {
      targetId: this.#target.id,
      scrape: {
        targetId: this.#target.id,
        atMs: poll.atMs,
        ok: true,
        durationMs: poll.durationMs,
        bytes: poll.bytes,
        samples: poll.samples,
        problems: poll.problems,
        sameBody: this.#countUnchanged(poll.readings, poll.atMs),
        errorKind: null,
        message: null,
      },
      samples,
      cursors: moves.map(({ subject, cursor }) => this.#subjects.cursorRow(subject, cursor)),
      marks,
      recognised: this.#changed(poll.recognised, notes),
      ...(poll.batches === undefined ? {} : { batches: poll.batches }),
    };
  }

  /** What the engine does not expose but the configuration gives. */
  #withConfigured(reading: Reading): Reading {
    if (reading.kind !== 'engine' || this.#target.maxRunning === null) return reading;
    if (reading.gauges.max_running_requests !== undefined) return reading;
    return { ...reading, gauges: { ...reading.gauges, max_running_requests: this.#target.maxRunning } };
  }

  async #row(subject: LiveSubject, reading: Reading, step: Increment): Promise<SampleRow> {
    return {
      kind: reading.kind,
      subjectId: subject.id,
      layoutId: await this.#layouts.idFor(step.sample.histograms),
      sample: step.sample,
      processes: reading.kind === 'gpu' ? reading.processes : null,
    };
  }

  #marks(atMs: number, subject: LiveSubject, created: boolean, step: Increment): NewMark[] {
    const mark = (kind: NewMark['kind'], text: string): NewMark => {
      return { atMs, kind, targetId: this.#target.id, subjectId: subject.id, text };
    };
    const marks: NewMark[] = [];
    if (created) marks.push(mark('first-seen', 'first seen'));
    if (step.sample.restarted) marks.push(mark('restart', 'restarted: counters began anew'));
    return marks;
  }

  #changed(recognised: Recognised, dataNotes: readonly string[]): Recognised | null {
    const news = dataNotes.filter((note) => !this.#dataNotes.includes(note));
    if (news.length > 0) this.#dataNotes = [...this.#dataNotes, ...news].slice(-20);
    if (recognised === this.#recognised && news.length === 0) return null;
    this.#recognised = recognised;
    const others = this.#subjects.foreignOwners();
    const shared =
      others.length === 0 ? [] : [`GPUs that target ${others.join(', ')} reads already are stored from there`];
    return { ...recognised, notes: [...recognised.notes, ...shared, ...this.#dataNotes] };
  }

  /**
   * Intervals in a row with exactly the values of the poll before; exporters print own metrics, so bytes would never
   * repeat. Not polls: a target that is polled fast for a while may repeat what it computes once in a few of them.
   */
  #countUnchanged(readings: readonly Reading[], atMs: number): number {
    const isSame = sameValues(this.#lastReadings, readings);
    this.#sameSinceMs = isSame ? (this.#sameSinceMs ?? this.#lastAtMs) : null;
    [this.#lastReadings, this.#lastAtMs] = [readings, atMs];
    return this.#sameSinceMs === null ? 0 : Math.round((atMs - this.#sameSinceMs) / this.#target.intervalMs);
  }
}

/** All engines of a page live in one server process, but only one of them carries its start. */
function processStartOf(readings: readonly Reading[]): number | null {
  for (const reading of readings) {
    if (reading.kind === 'engine' && reading.gauges.process_start_s !== undefined)
      return reading.gauges.process_start_s;
  }
  return null;
}

/** The time of collection moves on even when the exporter repeats what it collected long ago. */
const NOT_COMPARED = 'collected_at_s';

function sameValues(before: readonly Reading[], now: readonly Reading[]): boolean {
  if (now.length === 0 || before.length !== now.length) return false;
  return now.every((reading, i) => {
    const other = before[i];
    return (
      other !== undefined && sameNumbers(other.gauges, reading.gauges) && sameNumbers(other.counters, reading.counters)
    );
  });
}

type Numbers = Readonly<Partial<Record<string, number>>>;

function sameNumbers(before: Numbers, now: Numbers): boolean {
  for (const field in now) if (field !== NOT_COMPARED && !Object.is(before[field], now[field])) return false;
  for (const field in before) if (now[field] === undefined) return false;
  return true;
}
