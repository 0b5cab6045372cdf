import { judgedVram, VRAM_TOTAL_READ, type VramView } from '#lib/alerts/judged-vram.ts';
import type { Observation } from '#lib/alerts/lifecycle.ts';
import { observe } from '#lib/alerts/observe.ts';
import { casesOf, type EvaluatedPoll, type RuleCase } from '#lib/collector/rule-cases.ts';
import { type EvaluationContext, type Reading, readSlice } from '#lib/collector/slice-readings.ts';
import { busySubjects } from '#lib/db/busy-subjects.ts';
import { type FleetState, slowdownOf } from '#lib/db/fleet-state.ts';
import type { GpuFloor } from '#lib/db/gpu-floors.ts';
import { measureAvailability } from '#lib/db/measure-reads.ts';
import type { MeasureContext } from '#lib/db/measure-span.ts';
import type { EngineRun } from '#lib/db/run-signals.ts';
import type { BurstRecord } from '#lib/detect/burst-record.ts';
import { burstSignal } from '#lib/detect/burst-signals.ts';
import { isFrozen } from '#lib/detect/health.ts';
import { type VerdictHead, verdictSignal } from '#lib/detect/verdict-signals.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { CompiledRule } from '#lib/rules/compiled-rule.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import { NO_RUN } from '#lib/runs/run-figures.ts';
import { type SlaFigures, slaSignal } from '#lib/runs/sla-figures.ts';

/** What evaluation knows beside the stored samples. */
export type EvaluationFacts = {
  readonly fleet: FleetState;
  readonly rules: readonly CompiledRule[];
  readonly floors: ReadonlyMap<number, GpuFloor>;
  /** GPUs whose engine reserves memory at its start. */
  readonly reserved: ReadonlySet<number>;
  /** By target: how many signals that enabled rules need are not exposed. */
  readonly missing: ReadonlyMap<number, number>;
  /** The newest leak verdicts, by subject; empty where no rule asks. */
  readonly verdicts: ReadonlyMap<number, VerdictHead>;
  /** The newest burst of an engine. */
  readonly burstOf: (subjectId: number) => BurstRecord | undefined;
  /** By engine: what its newest run says. */
  readonly runs: ReadonlyMap<number, EngineRun>;
  /** By engine: how it kept its SLA; empty where no rule asks. */
  readonly sla: ReadonlyMap<number, SlaFigures>;
};

export type ObservedCase = { readonly at: RuleCase; readonly seen: Observation };

/**
 * Observes every enabled rule on everything that these polls are about, each as of its poll. `isOpen`: whether a case has an
 * open episode, by its key.
 */
export async function evaluateSlice(
  context: EvaluationContext,
  facts: EvaluationFacts,
  polls: readonly EvaluatedPoll[],
  isOpen: (key: string) => boolean,
): Promise<readonly ObservedCase[]> {
  const nowMs = Math.max(...polls.map((poll) => poll.atMs));
  const busy = await busyAmong(context, facts.fleet, polls, nowMs);
  const cases = casesOf(polls, facts.rules, facts.fleet, (id) => busy.has(id));
  const asked = cases.filter((each) => each.subject !== null && each.sight.data === 'ok');
  const subjects = [...new Set(asked.flatMap((each) => each.subject ?? []))];
  const reads = [...new Set(cases.flatMap((each) => each.form.reads))];
  const [readingOf, availability] = await Promise.all([
    readSlice(context, facts.fleet, subjects, reads, nowMs),
    measureAvailability(context, reads, nowMs),
  ]);
  return cases.map((at) => {
    const measure = (read: SignalRead): Reading => readingOf(at.subject?.id ?? null, read, at.poll.atMs);
    const view = vramView(at, facts);
    const lookup = (read: SignalRead): number | null => {
      const known = lookedUp(read, at, busy, facts, availability);
      if (known !== undefined) return known;
      const totalBytes = view.kind === 'printed' ? null : measure(VRAM_TOTAL_READ).value;
      return judgedVram(read, measure(read).value, view, totalBytes);
    };
    const coarseBelow = (read: SignalRead): number | null => measure(read).coarseBelow;
    const margin = isOpen(at.key) ? at.compiled.rule.hysteresis : null;
    return { at, seen: observe(at.form, margin, lookup, at.sight, coarseBelow) };
  });
}

/** Subjects whose values repeat and that work: only of those is it known that the exporter is frozen. */
async function busyAmong(
  context: MeasureContext,
  fleet: FleetState,
  polls: readonly EvaluatedPoll[],
  nowMs: number,
): Promise<ReadonlySet<number>> {
  const repeats = new Map(polls.filter((poll) => isFrozen(poll.sameBody, true)).map((poll) => [poll.targetId, poll]));
  if (repeats.size === 0) return new Set();
  const suspects = fleet.subjects.flatMap((subject) => {
    const poll = repeats.get(subject.targetId);
    return poll === undefined ? [] : [{ ...subject, target: { ...subject.target, sameBody: poll.sameBody } }];
  });
  return busySubjects(context, { ...fleet, nowMs }, suspects);
}

function vramView({ compiled, form, target, subject }: RuleCase, facts: EvaluationFacts): VramView {
  const isAbove =
    compiled.rule.vram === 'above-floor' &&
    form.profile === 'relative' &&
    target.profile === 'relative' &&
    subject?.kind === 'gpu' &&
    facts.reserved.has(subject.id);
  if (!isAbove) return { kind: 'printed' };
  return { kind: 'above-floor', floorBytes: facts.floors.get(subject.id)?.floorBytes ?? null };
}

/** Signals of the polls themselves, of verdicts and of runs; undefined for all others. */
function lookedUp(
  read: SignalRead,
  { poll, target, subject }: RuleCase,
  busy: ReadonlySet<number>,
  facts: EvaluationFacts,
  availability: ReadonlyMap<number, number>,
): number | null | undefined {
  const compute = findSignal(read.signal)?.compute;
  switch (compute?.type) {
    case 'target-up':
      return compute.form === 'latest' ? Number(poll.ok) : (availability.get(target.id) ?? null);
    case 'target-frozen': {
      const about = subject === null ? facts.fleet.subjects.filter((each) => each.targetId === target.id) : [subject];
      if (!poll.ok) return null;
      return Number(about.some((each) => isFrozen(poll.sameBody, busy.has(each.id))));
    }
    case 'shown':
      if (!poll.ok || subject === null) return null;
      // A server that prints no engine at all was started anew and waits for its first request.
      return subject.kind === 'engine' && poll.shown.size === 0 ? null : Number(poll.shown.has(subject.id));
    case 'missing-signals':
      return facts.missing.get(target.id) ?? null;
    case 'memory-verdict':
      return subject === null ? null : verdictSignal(facts.verdicts.get(subject.id), compute.form, poll.atMs);
    case 'slowdown':
      return subject === null ? null : slowdownOf(subject, poll.atMs);
    case 'burst':
      return subject === null ? null : burstSignal(facts.burstOf(subject.id), compute.form, poll.atMs);
    case 'run-figure':
      return subject === null ? null : (facts.runs.get(subject.id)?.figures ?? NO_RUN)[compute.figure];
    case 'sla':
      return subject === null ? null : slaSignal(facts.sla.get(subject.id), compute.form);
    default:
      return undefined;
  }
}
