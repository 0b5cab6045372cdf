import type { Health } from '#lib/api/system.ts';
import { loadCollectorBeats, loadProcesses } from '#lib/db/processes.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { VERSION } from '#lib/service/version.ts';

/** A collector beats every 5 s. */
const COLLECTOR_SILENT_MS = 20_000;

/** `GET /health`: every part with its age; never throws, a database that is away is one of the answers. */
export async function healthOf(context: ServiceContext): Promise<Health> {
  const nowMs = context.clock();
  const base = { atMs: nowMs, version: VERSION };
  const none = { ok: true, ageMs: null };
  const evaluator = { ...none, detail: 'this version evaluates no rules' };
  const outbox = { ...none, detail: 'this version sends no notifications' };
  try {
    const [beats, processes, config, demo] = await Promise.all([
      loadCollectorBeats(context.pool),
      loadProcesses(context.pool),
      loadSetting(context.pool, 'config'),
      loadSetting(context.pool, 'demo'),
    ]);
    const database = { ok: true, detail: `answers in ${context.clock() - nowMs} ms`, ageMs: null };
    const collector = judgeCollector(beats, nowMs);
    return {
      ...base,
      status: collector.ok ? 'ok' : 'failing',
      demo: demo ?? false,
      parts: { database, collector, evaluator, outbox },
      processes: [...processes],
      configuration: config ?? { file: null, loadedAtMs: null, error: null },
    };
  } catch (error) {
    const detail = `does not answer: ${error instanceof Error ? error.message : String(error)}`;
    return {
      ...base,
      status: 'failing',
      demo: false,
      parts: {
        database: { ok: false, detail, ageMs: null },
        collector: { ok: false, detail: 'unknown without the database', ageMs: null },
        evaluator,
        outbox,
      },
      processes: [],
      configuration: { file: null, loadedAtMs: null, error: null },
    };
  }
}

function judgeCollector(
  beats: readonly { atMs: number; lastError: string | null }[],
  nowMs: number,
): Health['parts']['collector'] {
  const newest = beats.reduce<{ atMs: number; lastError: string | null } | null>(
    (a, b) => (a === null || b.atMs > a.atMs ? b : a),
    null,
  );
  if (newest === null) return { ok: false, detail: 'no collector has ever reported', ageMs: null };
  const ageMs = Math.max(0, nowMs - newest.atMs);
  if (ageMs > COLLECTOR_SILENT_MS) return { ok: false, detail: `silent for ${describeDurationMs(ageMs)}`, ageMs };
  if (newest.lastError !== null) return { ok: false, detail: `cannot write: ${newest.lastError}`, ageMs };
  return {
    ok: true,
    detail: `${beats.filter((beat) => nowMs - beat.atMs <= COLLECTOR_SILENT_MS).length} running`,
    ageMs,
  };
}
