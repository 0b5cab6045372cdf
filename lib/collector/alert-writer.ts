import type { Advance } from '#lib/alerts/advance.ts';
import type { Episode } from '#lib/alerts/alert.ts';
import type { FlapMemory } from '#lib/alerts/flapping.ts';
import type { Transition } from '#lib/alerts/lifecycle.ts';
import type { OpenAlert } from '#lib/collector/alert-memory.ts';
import { describeCase, type RuleCase } from '#lib/collector/rule-cases.ts';
import { type AlertChange, insertAlertEvents, insertAlerts, type NewAlertEvent, updateAlerts } from '#lib/db/alerts.ts';
import { keepRunVerdicts, keepVerdictsOfAlerts, type RunVerdict } from '#lib/db/memory-verdicts.ts';
import type { Client } from '#lib/db/pool.ts';
import { type RuleStateRow, saveRuleStates } from '#lib/db/rule-states.ts';
import type { EngineRun } from '#lib/db/run-signals.ts';
import { readsMemoryVerdict } from '#lib/detect/verdict-signals.ts';
import { readsRun } from '#lib/metrics/reads-run.ts';

/** One case whose evaluation changed something. */
export type CaseChange = {
  readonly at: RuleCase;
  readonly open: OpenAlert | null;
  readonly advance: Advance;
  readonly flapChanged: boolean;
};

/** What is in force once the transaction has been committed. */
export type Committed = { readonly key: string; readonly alert: OpenAlert | null };

const STEADY_SAVE_MS = 10_000;

/** Whether an episode must be written now: transitions and pending ones always, a steady firing one every ten seconds. */
export function mustSave(before: OpenAlert | null, after: Episode | null, transitions: readonly Transition[]): boolean {
  if (transitions.length > 0) return true;
  if (after === null) return false;
  if (before === null || after.firedAtMs === null) return true;
  return after.lastSeenMs - before.savedAtMs >= STEADY_SAVE_MS || after.noDataSinceMs !== before.episode.noDataSinceMs;
}

/** Writes episodes, their timelines and flap memories. Answers what the memory takes over, and the ids with news. */
export async function writeChanges(
  client: Client,
  changes: readonly CaseChange[],
  runs: ReadonlyMap<number, EngineRun>,
): Promise<{ readonly committed: readonly Committed[]; readonly newsIds: readonly number[] }> {
  const updates: AlertChange[] = [];
  const events: NewAlertEvent[] = [];
  const fresh: CaseChange[] = [];
  const committed: Committed[] = [];
  const news = new Set<number>();
  const firedOnVerdict: number[] = [];
  const firedOnRun: RunVerdict[] = [];
  const note = (id: number, { at }: CaseChange, transitions: readonly Transition[], reason: string): void => {
    if (transitions.length > 0) news.add(id);
    if (transitions.some(({ kind }) => kind === 'firing')) {
      const signals = at.form.reads.map(({ signal }) => signal);
      const leak = readsRun(signals, ['vram-delta']) ? (runs.get(at.subject?.id ?? 0)?.leak() ?? null) : null;
      if (readsMemoryVerdict(signals)) firedOnVerdict.push(id);
      else if (leak !== null) firedOnRun.push({ alertId: id, judgedAtMs: at.poll.atMs, judgement: leak });
    }
    events.push(...transitions.map((each) => eventOf(id, each, reason)));
  };
  for (const change of changes) {
    const { at, open, advance } = change;
    if (open !== null && advance.ended !== null) {
      updates.push({ id: open.id, episode: advance.ended.episode, isNews: true });
      note(open.id, change, advance.ended.transitions, 'the rule was changed');
    }
    const continued = advance.ended === null ? open : null;
    if (advance.episode === null) {
      if (advance.ended !== null) committed.push({ key: at.key, alert: null });
      continue;
    }
    if (continued === null) {
      fresh.push(change);
      continue;
    }
    updates.push({ id: continued.id, episode: advance.episode, isNews: advance.transitions.length > 0 });
    note(continued.id, change, advance.transitions, advance.episode.dataReason);
    committed.push({ key: at.key, alert: openOf(continued.id, at, advance.episode) });
  }
  await updateAlerts(client, updates);
  const ids = await insertAlerts(
    client,
    fresh.flatMap(({ at, advance }) =>
      advance.episode === null ? [] : [{ ...describeCase(at), episode: advance.episode }],
    ),
  );
  fresh.forEach((change, i) => {
    const { at, advance } = change;
    const id = ids[i];
    if (id === undefined || advance.episode === null) return;
    note(id, change, advance.transitions, '');
    committed.push({ key: at.key, alert: openOf(id, at, advance.episode) });
  });
  await insertAlertEvents(client, events);
  await keepVerdictsOfAlerts(client, firedOnVerdict);
  await keepRunVerdicts(client, firedOnRun);
  await saveRuleStates(
    client,
    changes.filter((change) => change.flapChanged).map(({ at, advance }) => stateRow(at, advance.flap)),
  );
  return { committed, newsIds: [...news] };
}

function openOf(id: number, at: RuleCase, episode: Episode): OpenAlert | null {
  if (episode.resolvedAtMs !== null) return null;
  return { id, targetId: at.target.id, expr: at.form.text, episode, savedAtMs: episode.lastSeenMs };
}

function eventOf(alertId: number, { kind, atMs, value }: Transition, reason: string): NewAlertEvent {
  const isBlind = kind === 'no-data' || kind === 'frozen';
  const text = isBlind || kind === 'resolved' || kind === 'dropped' ? reason : '';
  return { alertId, atMs, kind, actor: null, text, value };
}

function stateRow(at: RuleCase, memory: FlapMemory): RuleStateRow {
  const { id: ruleId, scope } = at.compiled.rule;
  return { ruleId, scope, ref: at.subject?.id ?? at.target.id, memory };
}
