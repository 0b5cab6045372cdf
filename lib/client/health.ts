import { Problem } from '#lib/api/problem.ts';
import { Health } from '#lib/api/system.ts';
import { ApiError, problemOf } from '#lib/client/problem.ts';

/** `/health` answers 503 with the same body when a part fails, so the status code is not an error here. */
export async function fetchHealth(signal: AbortSignal): Promise<Health> {
  let response: Response;
  try {
    response = await fetch('/api/v1/health', { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('network', problemOf('Headroom does not answer', 0, String(error)));
  }
  const body: unknown = await response.json().catch(() => null);
  const parsed = Health.safeParse(body);
  if (parsed.success) return parsed.data;
  const problem = Problem.safeParse(body);
  if (problem.success) throw new ApiError('http', problem.data);
  throw new ApiError('http', problemOf('Headroom does not answer', response.status, `HTTP ${response.status}`));
}

/** A collector that has not finished a round for this long is shown as standing still. */
const COLLECTOR_OLD_MS = 60_000;

export type AppNotice = { readonly id: string; readonly tone: 'danger' | 'warning'; readonly text: string };

/** What is wrong with Headroom itself, in words, worst first. */
export function appNotices(health: Health): readonly AppNotice[] {
  const notices: AppNotice[] = [];
  const { database, collector } = health.parts;
  if (!database.ok) {
    notices.push({ id: 'database', tone: 'danger', text: `The database does not answer: ${database.detail}` });
  }
  const collectorOld = collector.ageMs !== null && collector.ageMs > COLLECTOR_OLD_MS;
  if (!collector.ok || collectorOld) {
    const detail = collector.detail === '' ? 'it has not reported lately' : collector.detail;
    notices.push({ id: 'collector', tone: 'danger', text: `The collector stands still, numbers are old: ${detail}` });
  }
  if (health.configuration.error !== null) {
    const file = health.configuration.file ?? 'the configuration';
    notices.push({
      id: 'configuration',
      tone: 'warning',
      text: `${file} has an error and was not applied: ${health.configuration.error}`,
    });
  }
  for (const { from, error } of health.configuration.faults)
    notices.push({ id: `source ${from}`, tone: 'warning', text: `Targets of ${from}: ${error}` });
  return notices;
}
