import type { Health } from '#lib/api/system.ts';
import { loadOutbox, type Outbox } from '#lib/db/deliveries.ts';
import { loadCollectorBeats, loadProcesses } from '#lib/db/processes.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { VERSION } from '#lib/service/version.ts';

const NO_FILE = { file: null, loadedAtMs: null, error: null } as const;

/** A collector beats every 5 s. */
const COLLECTOR_SILENT_MS = 20_000;

/** `GET /health`: every part with its age; never throws, a database that is away is one of the answers. */
export async function healthOf(context: ServiceContext): Promise<Health> {
  const nowMs = context.clock();
  const base = { atMs: nowMs, version: VERSION };
  const none = { ok: true, ageMs: null };
  const outbox = { ...none, detail: 'unknown without the database' };
  try {
    const [beats, processes, config, faults, demo, waiting] = await Promise.all([
      loadCollectorBeats(context.pool),
      loadProcesses(context.pool),
      loadSetting(context.pool, 'config'),
      loadSetting(context.pool, 'sourceFaults'),
      loadSetting(context.pool, 'demo'),
      loadOutbox(context.pool, nowMs),
    ]);
    const database = { ok: true, detail: `answers in ${context.clock() - nowMs} ms`, ageMs: null };
    const collector = judgeCollector(beats, nowMs);
    const parts = { database, collector, evaluator: judgeEvaluator(beats, nowMs), outbox: judgeOutbox(waiting, nowMs) };
    return {
      ...base,
      status: Object.values(parts).every((part) => part.ok) ? 'ok' : 'failing',
      demo: demo ?? false,
      parts,
      processes: [...processes],
      configuration: { ...(config ?? NO_FILE), faults: faults ?? [] },
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
        evaluator: { ok: false, detail: 'unknown without the database', ageMs: null },
        outbox,
      },
      processes: [],
      configuration: { ...NO_FILE, faults: [] },
    };
  }
}

/** A page that waits longer than this is late. */
const OUTBOX_LATE_MS = 120_000;

/** A channel that loses messages, or messages that nobody sends, is a fault of this installation: who watches it must hear. */
function judgeOutbox({ depth, oldestMs, dead, failing }: Outbox, nowMs: number): Health['parts']['outbox'] {
  const ageMs = oldestMs === null ? null : Math.max(0, nowMs - oldestMs);
  const waits = depth === 0 ? 'nothing waits' : `${depth} wait, the oldest for ${describeDurationMs(ageMs ?? 0)}`;
  const lost = dead === 0 ? '' : `, ${dead} dead letters in 7 d`;
  const broken = failing.length === 0 ? '' : `, not taken by ${failing.join(', ')}`;
  return { ok: failing.length === 0 && (ageMs ?? 0) < OUTBOX_LATE_MS, detail: `${waits}${lost}${broken}`, ageMs };
}

/** Rules are evaluated with every stored poll, and looked at every few seconds where nothing is polled. */
const EVALUATOR_SILENT_MS = 30_000;

/** Of several collectors the one that is behind counts: its targets are not watched. */
function judgeEvaluator(
  beats: readonly { atMs: number; evaluatedAtMs: number | null; rules: number; startedAtMs: number }[],
  nowMs: number,
): Health['parts']['evaluator'] {
  const running = beats.filter((beat) => nowMs - beat.atMs <= COLLECTOR_SILENT_MS);
  if (running.length === 0) return { ok: false, detail: 'no collector runs, so no rule is evaluated', ageMs: null };
  const ages = running.map((beat) => Math.max(0, nowMs - (beat.evaluatedAtMs ?? beat.startedAtMs)));
  const ageMs = Math.max(...ages);
  const isNew = running.every((beat) => beat.evaluatedAtMs === null);
  if (ageMs > EVALUATOR_SILENT_MS)
    return { ok: false, detail: `no rule was evaluated for ${describeDurationMs(ageMs)}`, ageMs };
  const rules = Math.max(...running.map((beat) => beat.rules));
  return { ok: true, detail: isNew ? 'starting' : `${rules} rules`, ageMs };
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
