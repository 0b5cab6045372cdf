import Link from 'next/link';
import { Card } from '#components/ui/card.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

/** The rule as it was when the episode began: cause, how to check, and what it judged. */
export function AlertRunbook({ alert }: { alert: AlertDetail }) {
  const { cause, check, expr, profile, source, forMs, keepFiringMs } = alert.ruleText;
  return (
    <Card title="Why, and how to check">
      <dl className="space-y-2 px-3 pb-3">
        <Text term="Likely cause" text={cause} />
        <Text term="How to check" text={check} />
        <div>
          <dt className="text-xs text-muted">
            Rule{' '}
            {alert.scope === 'channel' ? (
              alert.title
            ) : (
              <Link href={`/rules/${encodeURIComponent(alert.rule)}`} className="underline">
                {alert.title}
              </Link>
            )}
          </dt>
          <dd>
            <code className="block rounded-md bg-sunken px-2 py-1 text-xs [overflow-wrap:anywhere]">{expr}</code>
            <span className="text-xs text-muted">
              {forMs === 0 ? 'fires at once' : `held for ${describeDurationMs(forMs)}`}, ends after{' '}
              {describeDurationMs(keepFiringMs)} below; {profile} form
              {source === '' ? '' : `; from ${source}`}
            </span>
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function Text({ term, text }: { term: string; text: string }) {
  if (text === '') return null;
  return (
    <div>
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="[overflow-wrap:anywhere]">{text}</dd>
    </div>
  );
}
