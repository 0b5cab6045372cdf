import type { Span } from '#lib/alerts/day-strip.ts';
import type { Labels, Matcher } from '#lib/alerts/matchers.ts';
import type { Queryable } from '#lib/db/alerts.ts';

/** When the rule of an alert fired on its subject, and when somebody had it. */
export type AlertHistory = {
  readonly id: number;
  readonly labels: Labels;
  readonly firing: readonly Span[];
  readonly acked: readonly Span[];
};

type EpisodeRow = {
  readonly id: number;
  readonly labels: Labels;
  readonly firedAtMs: number;
  readonly resolvedAtMs: number | null;
  readonly ackUntilMs: number | null;
  readonly acks: readonly { readonly kind: string; readonly atMs: number }[] | null;
};

/** The episodes since `fromMs` of the rules and subjects of these alerts, with the acks of each. Unknown ids are left out. */
export async function loadHistories(
  db: Queryable,
  ids: readonly number[],
  fromMs: number,
): Promise<readonly AlertHistory[]> {
  const { rows } = await db.query<EpisodeRow>(
    `SELECT w.id, w.labels, e.fired_at_ms AS "firedAtMs", e.resolved_at_ms AS "resolvedAtMs",
            e.ack_until_ms AS "ackUntilMs",
            (SELECT json_agg(json_build_object('kind', v.kind, 'atMs', v.at_ms) ORDER BY v.id)
             FROM alert_event v WHERE v.alert_id = e.id AND v.kind IN ('acked', 'unacked')) AS acks
     FROM alert w JOIN alert e ON e.rule_id = w.rule_id AND (e.target_id = w.target_id OR e.channel_id = w.channel_id)
       AND e.subject_id IS NOT DISTINCT FROM w.subject_id
     WHERE w.id = ANY($1::bigint[]) AND e.fired_at_ms IS NOT NULL
       AND (e.resolved_at_ms IS NULL OR e.resolved_at_ms > $2)
     UNION ALL
     SELECT w.id, w.labels, NULL, NULL, NULL, NULL FROM alert w WHERE w.id = ANY($1::bigint[])`,
    [[...ids], Math.floor(fromMs)],
  );
  const histories = new Map<number, AlertHistory>();
  for (const row of rows) {
    const known = histories.get(row.id) ?? { id: row.id, labels: row.labels, firing: [], acked: [] };
    const isEpisode = row.firedAtMs !== null;
    histories.set(row.id, {
      ...known,
      firing: isEpisode ? [...known.firing, { fromMs: row.firedAtMs, toMs: row.resolvedAtMs }] : known.firing,
      acked: isEpisode ? [...known.acked, ...ackSpans(row)] : known.acked,
    });
  }
  return [...histories.values()];
}

/** From an ack to its end: given back, expired or resolved. */
function ackSpans({ acks, ackUntilMs, resolvedAtMs }: EpisodeRow): readonly Span[] {
  const events = acks ?? [];
  return events.flatMap((event, index): Span[] => {
    if (event.kind !== 'acked') return [];
    const ends = [events[index + 1]?.atMs ?? null, index === events.length - 1 ? ackUntilMs : null, resolvedAtMs];
    const known = ends.filter((end) => end !== null);
    return [{ fromMs: event.atMs, toMs: known.length === 0 ? null : Math.min(...known) }];
  });
}

/** Silences that held at any time since `fromMs`, also ended ones. */
export async function loadSilencesSince(
  db: Queryable,
  fromMs: number,
  nowMs: number,
): Promise<readonly { readonly matchers: readonly Matcher[]; readonly fromMs: number; readonly toMs: number }[]> {
  const { rows } = await db.query(
    `SELECT matchers, starts_at_ms AS "fromMs", ends_at_ms AS "toMs" FROM silence
     WHERE ends_at_ms > $1 AND starts_at_ms < $2`,
    [Math.floor(fromMs), Math.floor(nowMs)],
  );
  return rows;
}
