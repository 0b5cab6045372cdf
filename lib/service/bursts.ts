import type { BurstDetail, BurstList, BurstsQuery, BurstView } from '#lib/api/bursts.ts';
import { burstPoints, loadBurstPolls } from '#lib/db/burst-polls.ts';
import { type BurstCursor, type BurstRow, findBurst, listBursts } from '#lib/db/bursts.ts';
import { loadSubjectRefs } from '#lib/db/subject-refs.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { timeRange } from '#lib/service/time-point.ts';

/** Of an open burst, and of one whose points are not kept yet, the polls from this long before it are shown. */
const LEAD_MS = 60_000;
const TAIL_MS = 60_000;

/** `GET /bursts`: those that began last first. */
export async function listBurstViews(context: ServiceContext, query: BurstsQuery): Promise<BurstList> {
  const nowMs = context.clock();
  const { fromMs, toMs } = timeRange(query, nowMs);
  const after = query.cursor === undefined ? null : parseCursor(query.cursor);
  const pick = { subjectIds: query.subject, fromMs, toMs };
  const found = await listBursts(context.pool, pick, { after, limit: query.limit + 1 });
  const rows = found.slice(0, query.limit);
  const last = found.length > query.limit ? rows.at(-1) : undefined;
  return {
    atMs: nowMs,
    items: await viewsOf(context, rows),
    nextCursor: last === undefined ? null : `${Math.floor(last.record.start.atMs)}.${last.id}`,
  };
}

/** `GET /bursts/{id}`: one burst with its polls. */
export async function getBurstView(context: ServiceContext, id: number): Promise<BurstDetail> {
  const row = await findBurst(context.pool, id);
  const [view] = row === null ? [] : await viewsOf(context, [row]);
  if (row === null || view === undefined) throw new AppError('not-found', `no burst ${id}`);
  const { start, untilMs, isOpen } = row.record;
  const span = { fromMs: start.atMs - LEAD_MS, toMs: isOpen ? context.clock() : untilMs + TAIL_MS };
  const points =
    row.points ?? burstPoints((await loadBurstPolls(context, [row.subjectId], span)).get(row.subjectId) ?? []);
  return { ...view, points };
}

async function viewsOf(context: ServiceContext, rows: readonly BurstRow[]): Promise<BurstView[]> {
  const refs = await loadSubjectRefs(context.pool, [...new Set(rows.map((row) => row.subjectId))]);
  return rows.map(({ id, subjectId, record, vramFloor }) => ({
    id,
    subject: { id: subjectId, name: refs.get(subjectId)?.name ?? `engine ${subjectId}` },
    burst: { ...record, signals: [...record.signals] },
    vramFloor,
  }));
}

function parseCursor(text: string): BurstCursor {
  const found = /^(\d{1,15})\.(\d{1,9})$/.exec(text);
  if (found === null)
    throw new AppError('invalid', 'cursor is not one that this list gave', [
      { path: 'cursor', message: 'expected the nextCursor of an earlier answer' },
    ]);
  return { startedAtMs: Number(found[1]), id: Number(found[2]) };
}
