import { hourShares, intersectSpans, type Span } from '#lib/alerts/day-strip.ts';
import type { Maintenance } from '#lib/alerts/handling.ts';
import { matches } from '#lib/alerts/matchers.ts';
import { openUntilMs } from '#lib/alerts/schedule.ts';
import { type AlertStrips, STRIP_HOURS } from '#lib/api/alert-strips.ts';
import { loadHistories, loadSilencesSince } from '#lib/db/alert-history.ts';
import { loadQuiet } from '#lib/db/quiet.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const HOUR_MS = 3_600_000;
/** Maintenance windows are looked at this often: a cell is an hour. */
const LOOK_MS = 300_000;

/** `GET /alerts/strips`: the last day of each alert's rule on its subject, by the hour. */
export async function alertStrips(context: ServiceContext, ids: readonly number[]): Promise<AlertStrips> {
  const nowMs = context.clock();
  const fromMs = nowMs - STRIP_HOURS * HOUR_MS;
  const [histories, silences, quiet] = await Promise.all([
    loadHistories(context.pool, ids, fromMs),
    loadSilencesSince(context.pool, fromMs, nowMs),
    loadQuiet(context.pool, nowMs),
  ]);
  const windows = quiet.maintenance.map((window) => ({
    matchers: window.matchers,
    spans: openSpans(window, fromMs, nowMs),
  }));
  const shares = (spans: readonly Span[]) => [...hourShares(spans, STRIP_HOURS, nowMs)];
  return {
    toMs: nowMs,
    items: histories.map(({ id, labels, firing, acked }) => {
      const muting = [
        ...silences.filter(({ matchers }) => matches(matchers, labels)),
        ...windows.filter(({ matchers }) => matches(matchers, labels)).flatMap(({ spans }) => spans),
      ];
      return {
        id,
        firing: shares(firing),
        acked: shares(intersectSpans(acked, firing, nowMs)),
        muted: shares(intersectSpans(muting, firing, nowMs)),
      };
    }),
  };
}

function openSpans(window: Maintenance, fromMs: number, toMs: number): readonly Span[] {
  const spans: Span[] = [];
  let atMs = fromMs;
  while (atMs < toMs) {
    const untilMs = openUntilMs(window.schedule, atMs);
    if (untilMs !== null) spans.push({ fromMs: atMs, toMs: Math.min(untilMs, toMs) });
    atMs = untilMs === null ? atMs + LOOK_MS : Math.max(untilMs, atMs + LOOK_MS);
  }
  return spans;
}
