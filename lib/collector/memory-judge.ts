import { reservedGpus } from '#lib/collector/floors.ts';
import { type FleetSubject, loadFleet } from '#lib/db/fleet-state.ts';
import { type GpuFloor, loadFloors } from '#lib/db/gpu-floors.ts';
import {
  type EngineMinute,
  loadEngineMinutes,
  loadGpuMinutes,
  loadProcessMemory,
  loadRestarts,
} from '#lib/db/memory-minutes.ts';
import {
  type ConfirmedVerdict,
  confirmMemoryVerdicts,
  type NewVerdict,
  saveMemoryVerdicts,
} from '#lib/db/memory-verdicts.ts';
import type { Pool } from '#lib/db/pool.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { attributeGrowth, type GrowthAttribution } from '#lib/detect/growth-attribution.ts';
import { judgeMemory } from '#lib/detect/judge-memory.ts';
import { judgementStands, type StandingJudgement, standingOf } from '#lib/detect/judgement-stands.ts';
import type { LeakJudgement } from '#lib/detect/leak-judgement.ts';
import { MemoryMinutes } from '#lib/detect/memory-minutes.ts';
import type { Restart } from '#lib/detect/memory-restarts.ts';

const SPAN_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
/** Every subject once in this time. */
export const JUDGE_ROUND_MS = 5 * MINUTE_MS;
/** Judging comes in portions, so that neither polling nor evaluation waits for it. */
export const JUDGE_TICK_MS = 10_000;
const FEWEST_A_TICK = 100;
/** A first judgement reads a day: after the start of a large fleet those are spread over several rounds. */
const MOST_NEW_A_TICK = 40;
/** Without newer numbers a verdict is left to age. */
const NEWEST_MS = 10 * MINUTE_MS;
const PROCESS_TIMES = 72;
const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;

type Round = {
  readonly startedMs: number;
  readonly enginesOf: ReadonlyMap<number, readonly number[]>;
  readonly floors: ReadonlyMap<number, GpuFloor>;
  readonly restarts: ReadonlyMap<number, readonly Restart[]>;
  readonly waiting: FleetSubject[];
  readonly perTick: number;
};

type Kept = {
  readonly minutes: MemoryMinutes;
  /** Until when the roll-ups have been read. */
  readUntilMs: number;
  totalBytes: number | null;
  standing: StandingJudgement | null;
};

/**
 * Judges the memory of every GPU and the host memory of every engine of this collector's targets once in five minutes,
 * over its last 24 hours: a portion at every tick. The minutes stay in memory, so that only new ones are read; after a
 * start a subject's first judgement reads the day. Roll-ups only: what they do not hold yet is at most two minutes.
 */
export class MemoryJudge {
  readonly #pool: Pool;
  readonly #clock: () => number;
  readonly #kept = new Map<number, Kept>();
  #round: Round | null = null;

  constructor(pool: Pool, clock: () => number) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** Judges the next portion of the subjects of these targets; begins a new round when it is time. */
  async tick(targetIds: ReadonlySet<number>): Promise<void> {
    const nowMs = this.#clock();
    if (this.#round === null || nowMs - this.#round.startedMs >= JUDGE_ROUND_MS) {
      this.#round = await this.#begin(targetIds, nowMs);
    }
    const round = this.#round;
    const portion = this.#portionOf(round).filter((subject) => targetIds.has(subject.targetId));
    if (portion.length > 0) await this.#judge(round, portion);
  }

  #portionOf({ waiting, perTick }: Round): readonly FleetSubject[] {
    const next = waiting.splice(0, perTick);
    const fresh = next.filter(({ id }) => !this.#kept.has(id));
    const later = new Set(fresh.slice(MOST_NEW_A_TICK));
    waiting.push(...later);
    return next.filter((subject) => !later.has(subject));
  }

  async #begin(targetIds: ReadonlySet<number>, nowMs: number): Promise<Round> {
    const fleet = await loadFleet({ pool: this.#pool, clock: this.#clock });
    const [floors, restarts] = await Promise.all([
      loadFloors(this.#pool),
      loadRestarts(this.#pool, nowMs - SPAN_MS - JUDGE_ROUND_MS),
    ]);
    const enginesOf = reservedGpus(fleet);
    const waiting = besideTheirEngines(fleet.subjects, enginesOf).filter((subject) => targetIds.has(subject.targetId));
    const ids = new Set(waiting.map((subject) => subject.id));
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
    const ticks = Math.floor(JUDGE_ROUND_MS / JUDGE_TICK_MS) - 2;
    const perTick = Math.max(FEWEST_A_TICK, Math.ceil(waiting.length / ticks));
    return { startedMs: nowMs, enginesOf, floors, restarts, waiting, perTick };
  }

  async #judge(round: Round, portion: readonly FleetSubject[]): Promise<void> {
    const { doneMs } = await loadRollupState(this.#pool, '1m');
    await this.#read(round, portion, doneMs);
    const anew: NewVerdict[] = [];
    const confirmed: ConfirmedVerdict[] = [];
    for (const subject of portion) {
      const kept = this.#kept.get(subject.id);
      const newestMs = kept?.minutes.newestMs ?? null;
      if (kept === undefined || newestMs === null) continue;
      const judgedAtMs = Math.min(doneMs, newestMs + MINUTE_MS);
      if (doneMs - judgedAtMs > NEWEST_MS || this.#clock() - judgedAtMs > SPAN_MS) continue;
      const restarts = restartsOf(round, subject);
      if (this.#stands(kept, restarts, judgedAtMs)) {
        confirmed.push({ subjectId: subject.id, judgedAtMs });
        continue;
      }
      const judgement = judgeMemory(kept.minutes.since(judgedAtMs - SPAN_MS), {
        nowMs: judgedAtMs,
        limitBytes: kept.totalBytes,
        reservedBytes: subject.kind === 'gpu' ? (round.floors.get(subject.id)?.floorBytes ?? null) : null,
        quantumBytes: null,
        restarts,
      });
      kept.standing = standingOf(judgement, judgedAtMs);
      const attribution = subject.kind === 'gpu' ? await this.#attribute(subject.id, judgement) : null;
      anew.push({ subjectId: subject.id, judgedAtMs, judgement, attribution });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await saveMemoryVerdicts(this.#pool, anew);
    await confirmMemoryVerdicts(this.#pool, confirmed);
  }

  #stands({ standing, minutes }: Kept, restarts: readonly Restart[], nowMs: number): boolean {
    if (standing === null || restarts.some((restart) => restart.atMs >= standing.atMs)) return false;
    return judgementStands(standing, minutes.since(standing.atMs), nowMs);
  }

  /** Brings the minutes of these subjects up to `doneMs`: one query a kind for those that were read last time too. */
  async #read(round: Round, portion: readonly FleetSubject[], doneMs: number): Promise<void> {
    const fromOf = (id: number): number => Math.max(this.#kept.get(id)?.readUntilMs ?? 0, doneMs - SPAN_MS);
    for (const [fromMs, group] of Map.groupBy(portion, (subject) => fromOf(subject.id))) {
      if (fromMs >= doneMs) continue;
      const span = { fromMs, toMs: doneMs };
      const gpuIds = group.filter(({ kind }) => kind === 'gpu').map(({ id }) => id);
      const own = group.filter(({ kind }) => kind === 'engine').map(({ id }) => id);
      const linked = gpuIds.flatMap((id) => round.enginesOf.get(id) ?? []);
      const [gpus, engines] = await Promise.all([
        loadGpuMinutes(this.#pool, gpuIds, span),
        loadEngineMinutes(this.#pool, [...new Set([...own, ...linked])], span),
      ]);
      const running = runningByEngine(engines);
      for (const [gpuId, atMs, lowBytes, utilRatio, totalBytes] of gpus) {
        const kept = this.#keptOf(gpuId);
        kept.minutes.set(atMs, lowBytes, loadOn(round.enginesOf.get(gpuId) ?? [], atMs, running) ?? utilRatio);
        kept.totalBytes = totalBytes ?? kept.totalBytes;
      }
      const isOwn = new Set(own);
      for (const [engineId, atMs, lowBytes, runningMean] of engines) {
        if (lowBytes !== null && isOwn.has(engineId)) this.#keptOf(engineId).minutes.set(atMs, lowBytes, runningMean);
      }
      for (const { id } of group) this.#keptOf(id).readUntilMs = doneMs;
    }
  }

  #keptOf(id: number): Kept {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const kept: Kept = { minutes: new MemoryMinutes(SPAN_MS), readUntilMs: 0, totalBytes: null, standing: null };
    this.#kept.set(id, kept);
    return kept;
  }

  async #attribute(gpuId: number, judgement: LeakJudgement): Promise<GrowthAttribution | null> {
    const [fromMs, toMs] = [judgement.model?.sinceMs, judgement.floors.at(-1)?.atMs];
    const slope = judgement.slopeMibPerHour;
    if (judgement.verdict !== 'leak' || fromMs === undefined || toMs === undefined || slope === null) return null;
    const growthBytes = slope.estimate * MIB * ((toMs - fromMs) / HOUR_MS);
    const processes = await loadProcessMemory(this.#pool, gpuId, { fromMs, toMs }, PROCESS_TIMES);
    return attributeGrowth(growthBytes, fromMs, toMs, processes);
  }
}

/** GPUs next to an engine that runs on them: its minutes are read once for both when they are judged together. */
function besideTheirEngines(
  subjects: readonly FleetSubject[],
  enginesOf: ReadonlyMap<number, readonly number[]>,
): readonly FleetSubject[] {
  const placeOf = ({ id }: FleetSubject): number => enginesOf.get(id)?.[0] ?? id;
  return subjects.toSorted((a, b) => placeOf(a) - placeOf(b));
}

type Running = ReadonlyMap<number, ReadonlyMap<number, number | null>>;

/** By engine and minute. */
function runningByEngine(minutes: readonly EngineMinute[]): Running {
  const running = new Map<number, Map<number, number | null>>();
  for (const [engineId, atMs, , mean] of minutes) {
    const ofEngine = running.get(engineId) ?? new Map<number, number | null>();
    ofEngine.set(atMs, mean);
    running.set(engineId, ofEngine);
  }
  return running;
}

/** Requests running on a GPU in a minute; null where an engine's are unknown, or it has none. */
function loadOn(engineIds: readonly number[], atMs: number, running: Running): number | null {
  if (engineIds.length === 0) return null;
  let sum = 0;
  for (const id of engineIds) {
    const mean = running.get(id)?.get(atMs) ?? null;
    if (mean === null) return null;
    sum += mean;
  }
  return sum;
}

/**
 * Restarts of an engine's process; of a GPU those of the one engine on it. Where several are linked (by their host), it is
 * not known whose memory is on which card, and only the memory itself tells. A GPU's own counters begin anew with its exporter.
 */
function restartsOf({ restarts, enginesOf, floors }: Round, { id, kind }: FleetSubject): readonly Restart[] {
  if (kind === 'engine') return restarts.get(id) ?? [];
  const [engineId, another] = enginesOf.get(id) ?? [];
  if (engineId === undefined || another !== undefined) return [];
  const marks = restarts.get(engineId) ?? [];
  const startedMs = floors.get(id)?.engineStartedAtMs;
  return startedMs === undefined ? marks : [...marks, { atMs: startedMs, cause: 'its engine started' }];
}
