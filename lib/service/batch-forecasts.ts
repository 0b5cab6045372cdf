import type { BatchForecastView, BatchView, RunDetail } from '#lib/api/runs.ts';
import type { WatchedForecast } from '#lib/db/batch-watches.ts';
import { forecastBatch } from '#lib/runs/batch-forecast.ts';
import { deadlineOf } from '#lib/runs/sla-batches.ts';

/**
 * The run with what is expected of its running batches: what the polls of a batch API say, else the pace from its start to
 * now against the window of 24 hours. Batches that were only found in an engine's activity have no end to expect.
 */
export function withForecasts(detail: RunDetail, forecasts: readonly WatchedForecast[], nowMs: number): RunDetail {
  const byNumber = new Map(forecasts.map((each) => [each.number, each]));
  const batches = detail.batches.map((batch) => {
    if (batch.endedAtMs !== null) return batch;
    const found = byNumber.get(batch.number);
    if (found !== undefined) {
      const { ratePerS: _rate, ...forecast } = found.forecast;
      return { ...batch, forecast: { ...forecast, expiresAtMs: found.expiresMs, atMs: found.lastSeenMs } };
    }
    return detail.origin === 'api' ? { ...batch, forecast: paceOf(batch, nowMs) } : batch;
  });
  return { ...detail, batches };
}

function paceOf({ submittedAtMs, startedAtMs, total, completed, failed }: BatchView, nowMs: number): BatchForecastView {
  const deadlineMs = deadlineOf({ submittedMs: submittedAtMs ?? startedAtMs, expiresMs: null });
  const points = completed === null ? [] : [{ atMs: nowMs, done: completed + (failed ?? 0) }];
  const { ratePerS: _rate, ...forecast } = forecastBatch({
    ...{ points, startedMs: startedAtMs, total, expiresMs: deadlineMs, nowMs },
  });
  const isUncounted = total === null || completed === null;
  const reason = isUncounted ? 'its client has not told how many requests it has' : forecast.reason;
  return { ...forecast, reason, expiresAtMs: deadlineMs, atMs: nowMs };
}
