import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '#lib/collector/recorder.ts';
import { SubjectRegistry } from '#lib/collector/subject-registry.ts';
import { STORED_FIELDS } from '#lib/db/columns.ts';
import { type FleetSubject, loadFleet } from '#lib/db/fleet-state.ts';
import { LayoutStore } from '#lib/db/layouts.ts';
import { DEFAULT_RETENTION, maintainPartitions } from '#lib/db/partitions.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { storePolls } from '#lib/db/poll-store.ts';
import { createPrisma } from '#lib/db/prisma.ts';
import { RecentTracks } from '#lib/db/recent-tracks.ts';
import { createSecretBox } from '#lib/db/secret-box.ts';
import { TargetStore } from '#lib/db/targets.ts';
import type { Track } from '#lib/series/track.ts';
import { engineReading, RECOGNISED, SETTINGS } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

const START = 1_795_348_800_000;
const POLL = 5000;
const SPAN = 300_000;
const BOUNDS = [0.1, 0.5, 1, Number.POSITIVE_INFINITY];

let database: TestDatabase;
let layouts: LayoutStore;
let subject: FleetSubject;
const records: PollRecord[] = [];

/** A gauge and a counter that come and go, a histogram, and a restart in the middle. */
function reading(i: number) {
  const sinceStart = i < 50 ? i : i - 50;
  const cumulative = Float64Array.of(sinceStart, sinceStart * 2, sinceStart * 3, sinceStart * 3);
  return engineReading({
    gauges: { kv_usage_ratio: (i % 7) / 10, ...(i % 5 === 0 ? {} : { waiting_requests: i % 3 }) },
    counters: { generation_tokens: sinceStart * 100 },
    histograms: i % 11 === 0 ? {} : { ttft_s: { bounds: BOUNDS, cumulative, sum: sinceStart } },
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  layouts = new LayoutStore(database.pool);
  const targets = new TargetStore(createPrisma(database.pool), createSecretBox('test'));
  const target = await targets.create(SETTINGS, 'api');
  const registry = new SubjectRegistry(database.pool, target);
  await registry.load();
  const recorder = new Recorder(target, registry, layouts);
  await maintainPartitions(
    database.pool,
    { fromMs: START, toMs: START + 600_000, nowMs: START + 600_000 },
    DEFAULT_RETENTION,
  );
  for (let i = 0; i < 100; i++) {
    const common = { atMs: START + i * POLL, durationMs: 1, bytes: 1, samples: 1, problems: 0 };
    records.push(await recorder.good({ ...common, readings: [reading(i)], recognised: RECOGNISED }));
  }
  await storePolls(database.pool, null, records.slice(0, 30));
  const [first] = (await loadFleet({ pool: database.pool, clock: () => START })).subjects;
  if (first === undefined) throw new Error('the target has no subject');
  subject = first;
});
afterAll(() => database.drop());

const context = () => ({ pool: database.pool, layouts });
const create = (): RecentTracks => {
  const tracks = new RecentTracks(context(), SPAN);
  tracks.use(STORED_FIELDS);
  return tracks;
};
const trackAt = async (tracks: RecentTracks, nowMs: number): Promise<Track> =>
  (await tracks.of([subject], nowMs))(subject.id);

/** Entries of the last span, as plain values. */
function entriesOf(track: Track, nowMs: number) {
  const from = track.atMs.findIndex((atMs) => atMs > nowMs - SPAN);
  const columns = [...track.columns].map(([name, values]) => [name, values.slice(from)] as const);
  const histograms = [...track.histograms].map(([name, entries]) => [
    name,
    entries.slice(from).map((parts) => parts.map((part) => ({ ...part, counts: trimmed(part.counts) }))),
  ]);
  return {
    atMs: track.atMs.slice(from),
    columns: Object.fromEntries(columns),
    histograms: Object.fromEntries(histograms),
  };
}

/** Trailing zeros are not stored. */
function trimmed(counts: readonly number[]): readonly number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
}

describe('recent tracks', () => {
  let tracks: RecentTracks;
  beforeEach(() => {
    tracks = create();
  });

  it('hold what is stored, whether it was read, added, or added while it was being read', async () => {
    const [read, added] = [records.slice(0, 30), records.slice(30, 90)];
    tracks.add(read.slice(-1));
    await trackAt(tracks, START + 29 * POLL);
    for (const record of added) {
      await storePolls(database.pool, null, [record]);
      tracks.add([record]);
    }
    const late = records.slice(90);
    const other = create();
    other.add(read.slice(-1));
    const loading = trackAt(other, START + 99 * POLL);
    await storePolls(database.pool, null, late);
    other.add(late);
    tracks.add(late);
    await loading;

    const nowMs = START + 99 * POLL;
    const fresh = entriesOf(await trackAt(create(), nowMs), nowMs);
    expect(fresh.atMs).toHaveLength(60);
    expect(entriesOf(await trackAt(tracks, nowMs), nowMs)).toEqual(fresh);
    expect(entriesOf(await trackAt(other, nowMs), nowMs)).toEqual(fresh);
  });

  it('keep all polls of the span and let go of older ones', async () => {
    const nowMs = START + 99 * POLL;
    tracks.add(records.slice(-1));
    const before = await trackAt(tracks, START + 60 * POLL);
    const count = before.atMs.length;
    tracks.cut(nowMs);
    const after = await trackAt(tracks, nowMs);
    expect(after.atMs.filter((atMs) => atMs > nowMs - SPAN)).toHaveLength(60);
    expect(after.atMs.length).toBeLessThan(count);
  });

  it('of a target that another collector stores are read anew each time', async () => {
    const nowMs = START + 99 * POLL;
    tracks.add(records.slice(-1));
    await trackAt(tracks, nowMs);
    tracks.forget(subject.targetId);
    await database.pool.query('UPDATE engine_sample SET kv_usage_ratio = 0.99 WHERE at_ms = $1', [nowMs]);
    const newest = async () => (await trackAt(tracks, nowMs)).columns.get('kv_usage_ratio_last')?.at(-1);
    expect(await newest()).toBe(0.99);
    await database.pool.query('UPDATE engine_sample SET kv_usage_ratio = 0.98 WHERE at_ms = $1', [nowMs]);
    expect(await newest()).toBe(0.98);
  });
});
