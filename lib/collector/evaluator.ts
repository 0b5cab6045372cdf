import { advance } from '#lib/alerts/advance.ts';
import { VRAM_TOTAL_READ } from '#lib/alerts/judged-vram.ts';
import { AlertMemory } from '#lib/collector/alert-memory.ts';
import { type CaseChange, mustSave, writeChanges } from '#lib/collector/alert-writer.ts';
import { type EvaluationFacts, evaluateSlice, type ObservedCase } from '#lib/collector/evaluate-slice.ts';
import { learnFloors, reservedGpus } from '#lib/collector/floors.ts';
import { errorText, type Log } from '#lib/collector/log.ts';
import { Pause } from '#lib/collector/pause.ts';
import { PollQueue } from '#lib/collector/poll-queue.ts';
import { RuleBook } from '#lib/collector/rule-book.ts';
import type { EvaluatedPoll } from '#lib/collector/rule-cases.ts';
import { RECENT_MS } from '#lib/collector/slice-readings.ts';
import { SloReadings } from '#lib/collector/slo-readings.ts';
import { sleep } from '#lib/collector/timer.ts';
import { loadRecognised } from '#lib/db/fleet.ts';
import { type FleetState, loadFleet } from '#lib/db/fleet-state.ts';
import { loadFloors } from '#lib/db/gpu-floors.ts';
import { inhibitOpenAlerts } from '#lib/db/inhibit.ts';
import { heldLeases } from '#lib/db/leases.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import { loadVerdictHeads } from '#lib/db/memory-verdicts.ts';
import type { PollRecord } from '#lib/db/poll-record.ts';
import { type Client, inTransaction, type Pool } from '#lib/db/pool.ts';
import { fieldsOfReads } from '#lib/db/read-fields.ts';
import { RecentTracks } from '#lib/db/recent-tracks.ts';
import { type EngineRun, loadRunSignals } from '#lib/db/run-signals.ts';
import { loadSlaFigures } from '#lib/db/sla-figures.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { readsRun } from '#lib/metrics/reads-run.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { CompiledRule } from '#lib/rules/compiled-rule.ts';
import { missingSignals } from '#lib/rules/missing-signals.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import type { SlaFigures } from '#lib/runs/sla-figures.ts';

export type EvaluatorOptions = {
  readonly context: MeasureContext & { readonly pool: Pool };
  readonly holder: string;
  readonly log: Log;
  readonly clock: () => number;
  /** The newest burst of an engine. */
  readonly burstOf: (subjectId: number) => BurstRecord | undefined;
  /** Writes the notifications of these alerts in the same transaction. */
  readonly enqueue: Enqueue;
};

export type Enqueue = (client: Client, alertIds: readonly number[], nowMs: number) => Promise<void>;

export type EvaluatorStats = {
  readonly evaluatedAtMs: number | null;
  readonly rules: number;
  readonly openAlerts: number;
  /** Slices of polls evaluated since the start. */
  readonly evaluations: number;
};

const FACTS_MS = 5000;
const SLOW_FACTS_MS = 60_000;
const VERDICTS_MS = 15_000;
const RUN_FACTS_MS = 30_000;
const SLA_FACTS_MS = 60_000;
const RETRY_MS = 1000;
const IDLE_MS = 5000;

/**
 * Evaluates the enabled rules once per stored poll and moves alerts along. Everything that decides is pure; here is the
 * loop: what is stored is evaluated in order, each slice of polls in one transaction with its notifications.
 */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #queue = new PollQueue();
  readonly #recent: RecentTracks;
  readonly #slo: SloReadings;
  readonly #book: RuleBook;
  readonly #memory: AlertMemory;
  readonly #stop = new AbortController();
  readonly #pause = new Pause();
  #done: Promise<void> = Promise.resolve();
  #facts: { readonly atMs: number; readonly value: EvaluationFacts } | null = null;
  #runs: { readonly atMs: number; readonly value: ReadonlyMap<number, EngineRun> } | null = null;
  #missing: { readonly atMs: number; readonly value: ReadonlyMap<number, number> } | null = null;
  #verdicts: { readonly atMs: number; readonly value: EvaluationFacts['verdicts'] } | null = null;
  #sla: { readonly atMs: number; readonly value: ReadonlyMap<number, SlaFigures> } | null = null;
  #stats: EvaluatorStats = { evaluatedAtMs: null, rules: 0, openAlerts: 0, evaluations: 0 };
  #failing = false;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    const { pool } = options.context;
    this.#recent = new RecentTracks(options.context, RECENT_MS);
    this.#slo = new SloReadings(options.context, (error) =>
      options.log.warn(`error budgets wait to be measured: ${errorText(error)}`),
    );
    this.#book = new RuleBook(pool, (id, error) => options.log.error(`rule ${id} is not evaluated: ${error}`));
    this.#memory = new AlertMemory(pool);
  }

  start(): void {
    this.#done = this.#loop();
  }

  /** Ends after the slice in work; what waits is evaluated by the next start from the state that is stored. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#pause.cut();
    await this.#done;
  }

  /** Polls that are stored now. */
  onStored(records: readonly PollRecord[]): void {
    this.#recent.add(records);
    this.#queue.add(records);
    this.#pause.cut();
  }

  /** Rules may have changed. */
  refreshRules(): void {
    this.#book.refresh();
    this.#facts = null;
    this.#missing = null;
    this.#verdicts = null;
    this.#sla = null;
  }

  /** Another collector evaluates this target from now on. */
  forget(targetId: number): void {
    this.#recent.forget(targetId);
    this.#slo.forget(targetId);
    this.#queue.drop(targetId);
    this.#memory.forget(targetId);
  }

  stats(): EvaluatorStats {
    return this.#stats;
  }

  /** Targets with a pending alert that is more than a hint: its next polls decide whether it fires. */
  pendingTargets(): ReadonlySet<number> {
    const hints = new Set(
      this.#facts?.value.rules.filter(({ rule }) => rule.severity === 'info').map(({ rule }) => rule.id),
    );
    return this.#memory.pendingTargets((ruleId) => !hints.has(ruleId));
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#queue.isEmpty) await this.#pause.wait(IDLE_MS);
      if (this.#stop.signal.aborted) return;
      await this.#drain();
    }
  }

  async #drain(): Promise<void> {
    const slices = this.#queue.take();
    for (const [i, slice] of slices.entries()) {
      if (this.#stop.signal.aborted) return;
      try {
        await this.#evaluate(slice);
        if (this.#failing) this.#options.log.info('rules are evaluated again');
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) this.#options.log.warn(`rules wait to be evaluated: ${errorText(error)}`);
        this.#failing = true;
        this.#memory.forgetAll();
        this.#queue.putBack(slices.slice(i));
        await sleep(RETRY_MS, this.#stop.signal);
        return;
      }
    }
    if (slices.length === 0) this.#beat();
  }

  #beat(): void {
    this.#stats = { ...this.#stats, evaluatedAtMs: this.#options.clock(), openAlerts: this.#memory.openCount() };
  }

  async #evaluate(slice: readonly EvaluatedPoll[]): Promise<void> {
    const { context } = this.#options;
    const facts = await this.#currentFacts(slice);
    const targetIds = slice.map((poll) => poll.targetId);
    const targetOf = new Map(facts.fleet.subjects.map((subject) => [subject.id, subject.targetId]));
    await this.#memory.ensure(targetIds, (scope, ref) => (scope === 'target' ? ref : (targetOf.get(ref) ?? null)));
    const isOpen = (key: string): boolean => this.#memory.open(key) !== null;
    const reading = { ...context, recent: this.#recent, slo: this.#slo };
    const observed = await evaluateSlice(reading, facts, slice, isOpen);
    this.#recent.cut(Math.min(...slice.map((poll) => poll.atMs)));
    const changes = observed.flatMap((each) => this.#step(each));
    if (changes.length > 0) await this.#commit(changes, facts.runs);
    this.#stats = { ...this.#stats, rules: facts.rules.length, evaluations: this.#stats.evaluations + 1 };
    this.#beat();
  }

  #step({ at, seen }: ObservedCase): CaseChange[] {
    const open = this.#memory.open(at.key);
    const before = this.#memory.flap(at.key);
    const isSameRule = open === null || open.expr === at.form.text;
    const next = advance(open?.episode ?? null, isSameRule, at.compiled.rule, seen, before);
    const isNew =
      next.flap.changeTimesMs.at(-1) === seen.atMs && next.flap.changeTimesMs.at(-1) !== before?.changeTimesMs.at(-1);
    const flapChanged = isNew || next.flap.flapping !== (before?.flapping ?? false);
    if (flapChanged === false && next.ended === null && !mustSave(open, next.episode, next.transitions)) {
      if (open !== null && next.episode !== null) this.#memory.setOpen(at.key, { ...open, episode: next.episode });
      return [];
    }
    return [{ at, open, advance: next, flapChanged }];
  }

  async #commit(changes: readonly CaseChange[], runs: EvaluationFacts['runs']): Promise<void> {
    const { context, holder, enqueue, clock } = this.#options;
    const targetIds = [...new Set(changes.map((change) => change.at.target.id))];
    const { committed, kept } = await inTransaction(context.pool, async (client) => {
      const held = await heldLeases(client, holder, targetIds);
      const own = changes.filter((change) => held.has(change.at.target.id));
      const written = await writeChanges(client, own, runs);
      if (written.newsIds.length > 0) {
        const inhibited = await inhibitOpenAlerts(client);
        await enqueue(client, [...new Set([...written.newsIds, ...inhibited])], clock());
        await client.query("SELECT pg_notify('headroom', 'alerts')");
      }
      return { committed: written.committed, kept: own };
    });
    for (const { key, alert } of committed) this.#memory.setOpen(key, alert);
    for (const { at, advance: next } of kept) this.#memory.setFlap(at.key, at.target.id, next.flap, at.poll.atMs);
    const lost = targetIds.filter((id) => !kept.some((change) => change.at.target.id === id));
    for (const id of lost) this.forget(id);
  }

  /** Targets, subjects, rules and floors change rarely: they are read again every few seconds, or when a poll shows something new. */
  async #currentFacts(slice: readonly EvaluatedPoll[]): Promise<EvaluationFacts> {
    const nowMs = this.#options.clock();
    const known = this.#facts;
    const isFresh = known !== null && nowMs - known.atMs < FACTS_MS && coversAll(known.value.fleet, slice);
    if (isFresh) return known.value;
    const { pool } = this.#options.context;
    const [fleet, rules] = await Promise.all([
      loadFleet({ pool, clock: this.#options.clock }),
      this.#book.enabled(nowMs, FACTS_MS),
    ]);
    await learnFloors(pool, fleet, nowMs);
    const reads = [...rules.flatMap(({ relative, literal }) => [...relative.reads, ...literal.reads]), VRAM_TOTAL_READ];
    this.#recent.use({ engine: fieldsOfReads('engine', reads), gpu: fieldsOfReads('gpu', reads) });
    this.#memory.keepRules(new Set(rules.map(({ rule }) => rule.id)));
    const floors = await loadFloors(pool);
    const reserved = new Set(reservedGpus(fleet).keys());
    const wanted = new Set(
      rules.flatMap(({ rule, relative }) => (rule.scope === 'engine' ? relative.reads.map((read) => read.signal) : [])),
    );
    const missing = await this.#missingSignals(fleet, wanted, nowMs);
    const [runs, verdicts, sla] = await Promise.all([
      this.#runFigures(fleet, nowMs),
      this.#currentVerdicts(reads, nowMs),
      this.#slaFigures(fleet, reads, nowMs),
    ]);
    // What is not known of runs must not end an alert about one.
    const evaluated = runs === null ? rules.filter((compiled) => !readsRuns(compiled)) : rules;
    const value: EvaluationFacts = {
      ...{ fleet, rules: evaluated, floors, reserved, missing, verdicts, sla, burstOf: this.#options.burstOf },
      runs: runs ?? new Map(),
    };
    this.#facts = { atMs: nowMs, value };
    return value;
  }

  async #currentVerdicts(reads: readonly SignalRead[], nowMs: number): Promise<EvaluationFacts['verdicts']> {
    if (this.#verdicts !== null && nowMs - this.#verdicts.atMs < VERDICTS_MS) return this.#verdicts.value;
    const isAsked = reads.some((read) => findSignal(read.signal)?.compute.type === 'memory-verdict');
    const value = isAsked ? await loadVerdictHeads(this.#options.context.pool, null) : new Map();
    this.#verdicts = { atMs: nowMs, value };
    return value;
  }

  /** null when they cannot be read: whatever is wrong with a run, everything else is evaluated. */
  async #runFigures(fleet: FleetState, nowMs: number): Promise<ReadonlyMap<number, EngineRun> | null> {
    if (this.#runs !== null && nowMs - this.#runs.atMs < RUN_FACTS_MS) return this.#runs.value;
    try {
      this.#runs = { atMs: nowMs, value: await loadRunSignals(this.#options.context, { ...fleet, nowMs }) };
      return this.#runs.value;
    } catch (error) {
      this.#runs = null;
      this.#options.log.warn(`rules about runs are not evaluated: ${errorText(error)}`);
      return null;
    }
  }

  async #slaFigures(
    fleet: FleetState,
    reads: readonly SignalRead[],
    nowMs: number,
  ): Promise<ReadonlyMap<number, SlaFigures>> {
    if (this.#sla !== null && nowMs - this.#sla.atMs < SLA_FACTS_MS) return this.#sla.value;
    const isAsked = reads.some((read) => findSignal(read.signal)?.compute.type === 'sla');
    const value = isAsked ? await loadSlaFigures(this.#options.context.pool, fleet) : new Map();
    this.#sla = { atMs: nowMs, value };
    return value;
  }

  async #missingSignals(
    fleet: FleetState,
    wanted: ReadonlySet<string>,
    nowMs: number,
  ): Promise<ReadonlyMap<number, number>> {
    if (this.#missing !== null && nowMs - this.#missing.atMs < SLOW_FACTS_MS) return this.#missing.value;
    const targetIds = fleet.targets.map((target) => target.id);
    const recognised = await loadRecognised(this.#options.context.pool, targetIds);
    const value = new Map(
      [...recognised].map(([id, page]) => [
        id,
        missingSignals(wanted, new Set(page.missing.map((each) => each.field))).length,
      ]),
    );
    this.#missing = { atMs: nowMs, value };
    return value;
  }
}

function readsRuns({ relative, literal }: CompiledRule): boolean {
  return readsRun([...relative.reads, ...literal.reads].map((read) => read.signal));
}

function coversAll(fleet: FleetState, slice: readonly EvaluatedPoll[]): boolean {
  const targets = new Set(fleet.targets.map((target) => target.id));
  const subjects = new Set(fleet.subjects.map((subject) => subject.id));
  return slice.every((poll) => targets.has(poll.targetId) && [...poll.shown].every((id) => subjects.has(id)));
}
