import type { RunDetail } from '#lib/api/runs.ts';
import type { WatchedForecast } from '#lib/db/batch-watches.ts';

/** The run with what is expected of its running batches. */
export function withForecasts(detail: RunDetail, forecasts: readonly WatchedForecast[]): RunDetail {
  if (forecasts.length === 0) return detail;
  const byNumber = new Map(forecasts.map((each) => [each.number, each]));
  const batches = detail.batches.map((batch) => {
    const found = byNumber.get(batch.number);
    if (found === undefined) return batch;
    const { ratePerS: _rate, ...forecast } = found.forecast;
    return { ...batch, forecast: { ...forecast, expiresAtMs: found.expiresMs, atMs: found.lastSeenMs } };
  });
  return { ...detail, batches };
}
