import type { Episode } from '#lib/alerts/alert.ts';
import { backtestSubject, type PastEpisodes } from '#lib/alerts/backtest.ts';
import { type BacktestGrid, backtestGrid } from '#lib/alerts/backtest-grid.ts';
import { VRAM_TOTAL_READ, type VramView } from '#lib/alerts/judged-vram.ts';
import type { Backtest, BacktestInput } from '#lib/api/rules.ts';
import { type FleetState, type FleetSubject, loadFleet } from '#lib/db/fleet-state.ts';
import { type GpuFloor, loadFloors } from '#lib/db/gpu-floors.ts';
import { DEFAULT_RETENTION } from '#lib/db/partitions.ts';
import { readPollHistory } from '#lib/db/poll-history.ts';
import { loadRollupState } from '#lib/db/rollup.ts';
import { findRule } from '#lib/db/rules.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { isFrozen } from '#lib/detect/health.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { TimeRange } from '#lib/metrics/time-range.ts';
import { type CompiledForm, type CompiledRule, compileRule, formFor } from '#lib/rules/compiled-rule.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import type { Rule } from '#lib/rules/rule.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { ruleOrThrow } from '#lib/service/edit-rule.ts';
import { AppError } from '#lib/service/errors.ts';
import { refuseUnknownSubjects } from '#lib/service/known-subjects.ts';
import { loadPastReadings } from '#lib/service/past-readings.ts';
import { pastSights } from '#lib/service/past-sights.ts';
import { loadPastSla } from '#lib/service/past-sla.ts';
import { timeRange } from '#lib/service/time-point.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 366 * DAY_MS;
const SHOWN_EPISODES = 500;
const ROWS_PER_BATCH = 100_000;

/** `POST /rules/backtest`: what a rule would have done over stored history; nothing is stored. */
export async function backtestRule(context: ServiceContext, input: BacktestInput): Promise<Backtest> {
  const fleet = await loadFleet(context);
  const { nowMs } = fleet;
  const asked = timeRange(input, nowMs);
  if (asked.toMs - asked.fromMs > LONGEST_MS)
    throw new AppError('too-large', 'a backtest covers at most 366 d', [{ path: 'from', message: 'is too early' }]);
  const compiled = compiledOrThrow(await ruleOf(context, input));
  const cases = casesOf(fleet, compiled, input.subject ?? []);
  const retention = (await loadSetting(context.pool, 'retention')) ?? DEFAULT_RETENTION;
  const intervals = cases.map((each) => each.target.intervalMs);
  const grid = backtestGrid({
    range: asked,
    nowMs,
    subjects: cases.length,
    fastestMs: Math.min(...intervals, 60_000),
    slowestMs: Math.max(...intervals, 1000),
    windowMs: longestWindow(compiled),
    retention,
  });
  const doneMs = grid.tier === 'raw' ? nowMs : (await loadRollupState(context.pool, grid.tier)).doneMs;
  const range = { fromMs: asked.fromMs, toMs: Math.max(asked.fromMs, Math.min(asked.toMs, nowMs, doneMs)) };
  const results = await runCases(context, fleet, compiled, cases, range, grid);
  return answerOf(results, range, grid);
}

/** The rule as it is written in the request; of a stored one how its VRAM is judged stays. */
async function ruleOf(context: ServiceContext, input: BacktestInput): Promise<Rule> {
  const id = input.rule.id ?? 'backtest';
  const stored = await findRule(context.pool, id);
  const scope = input.rule.scope ?? stored?.rule.scope;
  const rule = ruleOrThrow({ ...input.rule, id, ...(scope === undefined ? {} : { scope }) });
  return stored === null ? rule : { ...rule, vram: stored.rule.vram };
}

function compiledOrThrow(rule: Rule): CompiledRule {
  const result = compileRule(rule);
  if (!result.ok) throw new AppError('invalid', result.error, [{ path: 'rule.expr', message: result.error }]);
  return result.compiled;
}

type Case = { readonly target: FleetState['targets'][number]; readonly subject: FleetSubject | null };

function casesOf(fleet: FleetState, { rule }: CompiledRule, only: readonly number[]): readonly Case[] {
  refuseUnknownSubjects(fleet, only);
  const subjects = fleet.subjects.filter((subject) => only.length === 0 || only.includes(subject.id));
  if (rule.scope !== 'target')
    return subjects
      .filter((subject) => subject.kind === rule.scope)
      .map((subject) => ({ target: subject.target, subject }));
  const targetIds = new Set(subjects.map((subject) => subject.targetId));
  return fleet.targets
    .filter((target) => only.length === 0 || targetIds.has(target.id))
    .map((target) => ({ target, subject: null }));
}

function readsOfBoth({ relative, literal }: CompiledRule): readonly SignalRead[] {
  return [...relative.reads, ...(literal === relative ? [] : literal.reads)];
}

function longestWindow(compiled: CompiledRule): number {
  return Math.max(...readsOfBoth(compiled).map((read) => read.windowMs));
}

type CaseResult = PastEpisodes & { readonly at: Case };

/** Subject by subject, loaded in batches, so that neither memory nor the event loop is taken for long. */
async function runCases(
  context: ServiceContext,
  fleet: FleetState,
  compiled: CompiledRule,
  cases: readonly Case[],
  range: TimeRange,
  grid: BacktestGrid,
): Promise<CaseResult[]> {
  const rowsEach = (range.toMs - range.fromMs) / (grid.stepMs ?? grid.rowMs);
  const batchSize = Math.max(1, Math.floor(ROWS_PER_BATCH / Math.max(1, rowsEach)));
  const floors = compiled.rule.vram === 'above-floor' ? await loadFloors(context.pool) : new Map();
  const results: CaseResult[] = [];
  for (let i = 0; i < cases.length; i += batchSize)
    results.push(...(await runBatch(context, fleet, compiled, cases.slice(i, i + batchSize), { range, grid, floors })));
  return results;
}

type Setting = {
  readonly range: TimeRange;
  readonly grid: BacktestGrid;
  readonly floors: ReadonlyMap<number, GpuFloor>;
};

async function runBatch(
  context: ServiceContext,
  fleet: FleetState,
  compiled: CompiledRule,
  cases: readonly Case[],
  { range, grid, floors }: Setting,
): Promise<CaseResult[]> {
  const reads = [...readsOfBoth(compiled), ...(compiled.rule.vram === 'above-floor' ? [VRAM_TOTAL_READ] : [])];
  const isTarget = compiled.rule.scope === 'target';
  const targetIds = new Set(cases.map((each) => each.target.id));
  const subjects = isTarget
    ? fleet.subjects.filter((subject) => targetIds.has(subject.targetId))
    : cases.flatMap((each) => each.subject ?? []);
  const warmUpMs = Math.max(60_000, longestWindow(compiled), grid.stepMs ?? 0);
  const span = { tier: grid.tier, stepMs: grid.stepMs, fromMs: range.fromMs - warmUpMs, toMs: range.toMs };
  const polls = await readPollHistory(context.pool, [...targetIds], range.fromMs - DAY_MS, range.toMs);
  // Whether a subject worked matters only where its values stood still.
  const stoodStill = [...targetIds].some((id) => polls(id).sameBody.some((same) => isFrozen(same, true)));
  const readings = await loadPastReadings(context, fleet, subjects, isTarget ? [] : reads, span, stoodStill);
  const asksSla = reads.some((read) => findSignal(read.signal)?.compute.type === 'sla');
  const sla = asksSla ? await loadPastSla(context, subjects, range) : null;
  const results: CaseResult[] = [];
  for (const at of cases) {
    const form = formFor(compiled, at.target.profile);
    const own = at.subject === null ? null : readings(at.subject.id);
    const past = {
      ...{ range, stepMs: grid.stepMs, intervalMs: at.target.intervalMs, polls: polls(at.target.id), readings: own },
      neighbours:
        own === null
          ? subjects.filter((subject) => subject.targetId === at.target.id).map((subject) => readings(subject.id))
          : [own],
      vram: vramView(compiled, form, at, fleet, floors),
      sla: at.subject === null ? null : (sla?.(at.subject.id) ?? null),
    };
    results.push({ at, ...backtestSubject(compiled.rule, form, pastSights(past)) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

/** As the live evaluator judges it; past floors are not stored, so today's stands for them. */
function vramView(
  { rule }: CompiledRule,
  form: CompiledForm,
  { target, subject }: Case,
  fleet: FleetState,
  floors: ReadonlyMap<number, GpuFloor>,
): VramView {
  const isAbove =
    rule.vram === 'above-floor' &&
    form.profile === 'relative' &&
    target.profile === 'relative' &&
    subject?.kind === 'gpu' &&
    fleet.links.some((link) => link.gpuId === subject.id);
  return isAbove
    ? { kind: 'above-floor', floorBytes: floors.get(subject.id)?.floorBytes ?? null }
    : { kind: 'printed' };
}

function answerOf(results: readonly CaseResult[], range: TimeRange, grid: BacktestGrid): Backtest {
  const episodes = results
    .flatMap(({ at, fired }) => fired.map((episode) => ({ at, episode })))
    .sort((a, b) => b.episode.firedAtMs - a.episode.firedAtMs);
  const firingMs = episodes.reduce(
    (sum, { episode }) => sum + (episode.resolvedAtMs ?? range.toMs) - episode.firedAtMs,
    0,
  );
  const evaluations = results.reduce((sum, result) => sum + result.evaluations, 0);
  const unknown = results.reduce((sum, result) => sum + result.unknown, 0);
  const unknownShare = evaluations === 0 ? 1 : unknown / evaluations;
  const facts = { fired: episodes.length, firingMs, unknownShare, subjects: results.length, evaluations };
  return {
    fromMs: range.fromMs,
    toMs: range.toMs,
    stepMs: grid.stepMs ?? grid.rowMs,
    summary: summaryOf(facts, range, grid),
    fired: episodes.length,
    firingMs,
    unknownShare,
    episodes: episodes.slice(0, SHOWN_EPISODES).map(({ at, episode }) => episodeView(at, episode)),
    more: Math.max(0, episodes.length - SHOWN_EPISODES),
  };
}

function episodeView(at: Case, episode: Episode & { firedAtMs: number }): Backtest['episodes'][number] {
  const { pendingSinceMs, firedAtMs, resolvedAtMs, peakValue, limit, unit } = episode;
  const name = at.subject?.name ?? at.target.name;
  return { subject: at.subject?.id ?? null, name, pendingSinceMs, firedAtMs, resolvedAtMs, peakValue, limit, unit };
}

type Facts = {
  readonly fired: number;
  readonly firingMs: number;
  readonly unknownShare: number;
  readonly subjects: number;
  readonly evaluations: number;
};

/** "would have fired 4 times in 7 d, 1 h 12 min in all; evaluated every 1 min; unknown for 3 % of the time" */
function summaryOf(facts: Facts, range: TimeRange, grid: BacktestGrid): string {
  const length = describeDurationMs(range.toMs - range.fromMs);
  if (facts.subjects === 0) return 'there is nothing of this kind to evaluate it on';
  if (facts.evaluations === 0) return `no polls of these ${length} are stored`;
  const times = facts.fired === 1 ? 'once' : `${facts.fired} times`;
  const what =
    facts.fired === 0
      ? `would not have fired in ${length}`
      : `would have fired ${times} in ${length}, ${describeDurationMs(facts.firingMs)} in all`;
  const how = grid.stepMs === null ? 'evaluated at every poll' : `evaluated every ${describeDurationMs(grid.stepMs)}`;
  const percent = Math.round(facts.unknownShare * 100);
  return [what, how, ...(percent > 0 ? [`unknown for ${percent} % of the time`] : [])].join('; ');
}
