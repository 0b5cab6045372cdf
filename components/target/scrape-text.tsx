import type { Scrape } from '#lib/api/targets.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const KINDS: Readonly<Record<string, string>> = {
  timeout: 'timed out',
  network: 'no connection',
  refused: 'connection refused',
  http: 'HTTP error',
  parse: 'not a metrics page',
  limit: 'over a limit',
  'nothing-recognised': 'answered',
};

/** One poll in words: what came in how long, or why not. */
export function ScrapeText({ scrape }: { scrape: Scrape }) {
  const duration = formatValue(scrape.durationMs / 1000, 'seconds');
  if (scrape.ok) return `${scrape.samples} samples, ${formatValue(scrape.bytes, 'bytes')} in ${duration}`;
  const kind =
    scrape.errorKind === null ? 'failed' : (KINDS[scrape.errorKind] ?? scrape.errorKind.replaceAll('-', ' '));
  return (
    <span className="break-words">
      {kind} after {duration}
      {scrape.message !== null && scrape.message !== '' && `: ${scrape.message}`}
    </span>
  );
}
