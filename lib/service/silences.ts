import { printMatchers } from '#lib/alerts/matchers.ts';
import type { SilenceInput, SilenceList, SilencePreview, SilencePreviewInput, SilenceView } from '#lib/api/silences.ts';
import { listAlerts } from '#lib/db/alert-list.ts';
import { countFiredMatches, countMatches } from '#lib/db/match-counts.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import { endSilence, findSilence, insertSilence, loadSilences, type SilenceRow } from '#lib/db/silences.ts';
import type { Actor } from '#lib/service/access.ts';
import { pickOf } from '#lib/service/alert-pick.ts';
import { toSummary } from '#lib/service/alert-summary.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 90 * DAY_MS;
const SHOWN = { silences: 500, alerts: 50 };

/** `GET /silences`: those in force or to come first. */
export async function listSilenceViews(context: ServiceContext): Promise<SilenceList> {
  const rows = await loadSilences(context.pool, context.clock(), SHOWN.silences);
  return { items: await viewsOf(context, rows), nextCursor: null };
}

/** `POST /silences` */
export async function createSilence(context: ServiceContext, actor: Actor, input: SilenceInput): Promise<SilenceView> {
  const nowMs = context.clock();
  const { matchers, reason } = input;
  const startsAtMs = Math.max(input.startsAtMs ?? nowMs, nowMs);
  checkSpan({ path: 'endsAtMs', startsAtMs, endsAtMs: input.endsAtMs }, nowMs);
  const wanted = { matchers, reason, startsAtMs, endsAtMs: input.endsAtMs, author: actor.name, createdAtMs: nowMs };
  const id = await change(context, actor, 'silences', async (client) => {
    const created = await insertSilence(client, wanted);
    const detail = { matchers: printMatchers(matchers), reason, startsAtMs, endsAtMs: input.endsAtMs };
    return { result: created, deed: { action: 'silence.create', object: `silence ${created}`, detail } };
  });
  return oneView(context, id);
}

/** A span that mutes must begin before it ends, end in the future, and end within 90 days. */
export function checkSpan(
  span: { readonly path: string; readonly startsAtMs: number; readonly endsAtMs: number },
  nowMs: number,
): void {
  const { path, startsAtMs, endsAtMs } = span;
  const refuse = (message: string): never => {
    throw new AppError('invalid', `${path}: ${message}`, [{ path, message }]);
  };
  if (endsAtMs <= startsAtMs) refuse('must be after the start');
  if (endsAtMs <= nowMs) refuse('is in the past');
  if (endsAtMs > nowMs + LONGEST_MS)
    refuse('is more than 90 days ahead: what mutes for longer hides the next incident');
}

/** `DELETE /silences/{id}`: ends it now; it stays in the list with the name of who ended it. */
export async function finishSilence(context: ServiceContext, actor: Actor, id: number): Promise<void> {
  const nowMs = context.clock();
  await change(context, actor, 'silences', async (client) => {
    if (!(await endSilence(client, id, actor.name, nowMs))) {
      const row = await findSilence(client, id);
      if (row === null) throw new AppError('not-found', `no silence ${id}`);
      throw new AppError('conflict', `silence ${id} has ended already, at ${new Date(row.endsAtMs).toISOString()}`);
    }
    return { result: null, deed: { action: 'silence.end', object: `silence ${id}`, detail: {} } };
  });
}

/** `POST /silences/preview`: what matchers hit now and in the last week; nothing is stored. */
export async function previewSilence(context: ServiceContext, input: SilencePreviewInput): Promise<SilencePreview> {
  const nowMs = context.clock();
  const { pool } = context;
  const quiet = await loadQuiet(pool, nowMs);
  const pick = { ...pickOf({}, nowMs), matchers: input.matchers };
  const [counts, page, lastWeek] = await Promise.all([
    countMatches(pool, [input.matchers]),
    listAlerts(pool, pick, quiet, nowMs, { after: null, limit: SHOWN.alerts }),
    countFiredMatches(pool, input.matchers, nowMs - 7 * DAY_MS),
  ]);
  return { now: counts[0] ?? 0, alerts: page.rows.map((row) => toSummary(row, quiet, nowMs)), lastWeek };
}

async function oneView(context: ServiceContext, id: number): Promise<SilenceView> {
  const row = await findSilence(context.pool, id);
  const [view] = await viewsOf(context, row === null ? [] : [row]);
  if (view === undefined) throw new AppError('not-found', `no silence ${id}`);
  return view;
}

async function viewsOf(context: ServiceContext, rows: readonly SilenceRow[]): Promise<SilenceView[]> {
  const nowMs = context.clock();
  const active = rows.filter((row) => stateOf(row, nowMs) === 'active');
  const matchers = active.map((row) => row.matchers);
  const [counts, recent] = await Promise.all([
    countMatches(context.pool, matchers),
    countMatches(context.pool, matchers, nowMs - DAY_MS),
  ]);
  const hitsOf = new Map(active.map((row, i) => [row.id, counts[i] ?? 0]));
  const recentOf = new Map(active.map((row, i) => [row.id, recent[i] ?? 0]));
  return rows.map((row) => {
    const state = stateOf(row, nowMs);
    const hits = hitsOf.get(row.id) ?? 0;
    const unused = state === 'active' && nowMs - row.startsAtMs >= DAY_MS && recentOf.get(row.id) === 0;
    return { ...row, matchersText: printMatchers(row.matchers), state, hits, unused };
  });
}

function stateOf(row: SilenceRow, nowMs: number): SilenceView['state'] {
  if (row.endsAtMs <= nowMs) return 'ended';
  return row.startsAtMs > nowMs ? 'waiting' : 'active';
}
