import { errorText, type Log } from '#lib/collector/log.ts';
import { loadLearnedRates } from '#lib/db/baselines.ts';
import { burstPoints, loadBurstPolls } from '#lib/db/burst-polls.ts';
import {
  type BurstToSave,
  loadNewestBursts,
  loadVramFloorChange,
  saveBurstEvidence,
  saveBursts,
} from '#lib/db/bursts.ts';
import { loadFleet } from '#lib/db/fleet-state.ts';
import { heldLeases } from '#lib/db/leases.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { inTransaction, type Pool } from '#lib/db/pool.ts';
import { listSubjects } from '#lib/db/subjects.ts';
import { BurstDetector, HISTORY_MS } from '#lib/detect/burst-detector.ts';
import { burstSampleOf } from '#lib/detect/burst-readings.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { BURST_TOLD_MS } from '#lib/detect/burst-signals.ts';

export type BurstWatchOptions = {
  readonly context: MeasureContext & { readonly pool: Pool };
  readonly holder: string;
  readonly log: Log;
  readonly clock: () => number;
};

type Target = { readonly id: number; readonly baselineRps: number | null };
type Watched = { readonly targetId: number; readonly detector: BurstDetector; newest: BurstRecord | null };

const RATES_MS = 60_000;
const LEAD_MS = 60_000;
const VRAM_BEFORE_MS = 300_000;

/** Follows the bursts of all engines that this collector polls: finds them poll by poll and keeps them in the database. */
export class BurstWatch {
  readonly #options: BurstWatchOptions;
  readonly #targets = new Map<number, Target>();
  readonly #watched = new Map<number, Watched>();
  readonly #changed = new Map<number, BurstToSave & { readonly targetId: number }>();
  readonly #suspicious = new Set<number>();
  #rates: { readonly atMs: number; readonly value: ReadonlyMap<number, number> } | null = null;

  constructor(options: BurstWatchOptions) {
    this.#options = options;
  }

  /** What came before the first poll of a target from here: an open burst goes on, and what is usual is known. */
  async load(target: Target): Promise<void> {
    const { context, clock } = this.#options;
    const nowMs = clock();
    const subjects = await listSubjects(context.pool, { targetIds: [target.id] });
    const ids = subjects.filter((subject) => subject.kind === 'engine').map((subject) => subject.id);
    const bursts = await loadNewestBursts(context.pool, ids, nowMs - BURST_TOLD_MS);
    const starts = [...bursts.values()].flatMap(({ open }) => (open === null ? [] : [open.start.atMs]));
    const fromMs = Math.min(nowMs, ...starts) - HISTORY_MS;
    const polls = await loadBurstPolls(context, ids, { fromMs, toMs: Number.MAX_SAFE_INTEGER });
    await this.#currentRates(nowMs);
    this.#targets.set(target.id, target);
    for (const id of ids) {
      const stored = bursts.get(id);
      const detector = new BurstDetector(stored?.open ?? null);
      const watched: Watched = { targetId: target.id, detector, newest: stored?.record ?? null };
      this.#watched.set(id, watched);
      const samples = polls.get(id) ?? [];
      detector.remember(samples);
      const lastMs = stored?.open?.lastMs;
      if (lastMs === undefined) continue;
      for (const sample of samples.filter((each) => each.atMs > lastMs)) this.#add(id, watched, sample);
    }
  }

  /** Polls that are stored now. */
  add(records: readonly PollRecord[]): void {
    for (const { targetId, samples } of records) {
      for (const row of samples) {
        if (row.kind !== 'engine') continue;
        const known = this.#watched.get(row.subjectId);
        const watched = known ?? { targetId, detector: new BurstDetector(), newest: null };
        if (known === undefined) this.#watched.set(row.subjectId, watched);
        this.#add(row.subjectId, watched, burstSampleOf(row.sample));
      }
    }
  }

  #add(id: number, watched: Watched, sample: ReturnType<typeof burstSampleOf>): void {
    const baseline = this.#targets.get(watched.targetId)?.baselineRps ?? this.#rates?.value.get(id) ?? null;
    const seen = watched.detector.add(sample, baseline);
    if (seen.isSuspicious) this.#suspicious.add(watched.targetId);
    if (seen.burst !== null) this.#take(id, watched, seen.burst);
  }

  #take(id: number, watched: Watched, record: BurstRecord): void {
    watched.newest = record;
    this.#changed.set(id, { subjectId: id, targetId: watched.targetId, record, state: watched.detector.open });
  }

  /** The newest burst of an engine, open or not. */
  newest(subjectId: number): BurstRecord | undefined {
    return this.#watched.get(subjectId)?.newest ?? undefined;
  }

  /** Whether the target has engines. GPU exporters collect at their own pace: polling them faster shows nothing more. */
  watches(targetId: number): boolean {
    return [...this.#watched.values()].some((watched) => watched.targetId === targetId);
  }

  /** Targets with an open burst, or with a poll since the last call that looked like one. */
  takeBusyTargets(): ReadonlySet<number> {
    const busy = new Set(this.#suspicious);
    this.#suspicious.clear();
    for (const { targetId, detector } of this.#watched.values()) if (detector.open !== null) busy.add(targetId);
    return busy;
  }

  /** Another collector polls this target now. */
  forget(targetId: number): void {
    this.#targets.delete(targetId);
    for (const [id, watched] of this.#watched) if (watched.targetId === targetId) this.#watched.delete(id);
  }

  /** Ends bursts of engines that went silent and writes what changed. What fails is written the next time. */
  async flush(): Promise<void> {
    const nowMs = this.#options.clock();
    for (const [id, watched] of this.#watched) {
      if (watched.detector.open === null) continue;
      const record = watched.detector.look(nowMs);
      if (record !== null && !record.isOpen) this.#take(id, watched, record);
    }
    await this.#currentRates(nowMs);
    if (this.#changed.size === 0) return;
    const changes = [...this.#changed.values()];
    const saved = await this.#save(changes);
    for (const change of changes) {
      if (this.#changed.get(change.subjectId) === change) this.#changed.delete(change.subjectId);
    }
    for (const { subjectId, record } of saved) if (!record.isOpen) await this.#keepEvidence(subjectId, record);
  }

  /** Only of targets whose lease is held: another collector may go on with the others. */
  #save(changes: readonly (BurstToSave & { readonly targetId: number })[]): Promise<readonly BurstToSave[]> {
    const { context, holder } = this.#options;
    const targetIds = [...new Set(changes.map((change) => change.targetId))];
    return inTransaction(context.pool, async (client) => {
      const held = await heldLeases(client, holder, targetIds);
      const own = changes.filter((change) => held.has(change.targetId));
      await saveBursts(client, own);
      if (own.length > 0) await client.query("SELECT pg_notify('headroom', 'bursts')");
      return own;
    });
  }

  async #keepEvidence(subjectId: number, record: BurstRecord): Promise<void> {
    const { context, clock, log } = this.#options;
    const [startMs, nowMs] = [record.start.atMs, clock()];
    try {
      const fleet = await loadFleet({ pool: context.pool, clock });
      const gpuIds = fleet.links.filter((link) => link.engineId === subjectId).map((link) => link.gpuId);
      const [polls, vramFloor] = await Promise.all([
        loadBurstPolls(context, [subjectId], { fromMs: startMs - LEAD_MS, toMs: nowMs }),
        loadVramFloorChange(
          context.pool,
          gpuIds,
          { fromMs: startMs - VRAM_BEFORE_MS, toMs: startMs },
          { fromMs: record.untilMs, toMs: nowMs },
        ),
      ]);
      const points = burstPoints(polls.get(subjectId) ?? []);
      await saveBurstEvidence(context.pool, { subjectId, startMs }, { points, vramFloor });
    } catch (error) {
      log.warn(`a burst is kept without its polls: ${errorText(error)}`);
    }
  }

  async #currentRates(nowMs: number): Promise<void> {
    if (this.#rates !== null && nowMs - this.#rates.atMs < RATES_MS) return;
    this.#rates = { atMs: nowMs, value: await loadLearnedRates(this.#options.context.pool) };
  }
}
