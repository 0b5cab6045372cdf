'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { HealthStatus } from '#components/status/health-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { ALERT_PARAMS, type AlertView, narrowings } from '#lib/client/alert-filter.ts';
import { healthQuery, targetsQuery } from '#lib/client/queries.ts';
import { rulesQuery } from '#lib/client/rule-queries.ts';
import { writeParams } from '#lib/client/url-state.ts';

/** No alert: because of the filter, because all is well, or because nobody looks. Those are different things. */
export function AlertEmpty({ view }: { view: AlertView }) {
  if (narrowings(view) > 0) {
    return (
      <Card className="px-3 py-6 text-center">
        <p className="font-medium">No alert matches this filter</p>
        <p className="mt-2">
          <Button onClick={() => writeParams(Object.fromEntries(ALERT_PARAMS.map((name) => [name, null])), 'push')}>
            Clear the filter
          </Button>
        </p>
      </Card>
    );
  }
  return <AllQuiet />;
}

function AllQuiet() {
  const { data: rules } = useQuery(rulesQuery());
  const { data: targets } = useQuery(targetsQuery());
  const { data: health } = useQuery(healthQuery());
  const enabled = rules?.items.filter((rule) => rule.enabled && rule.error === null).length;
  const silent = targets?.items.filter(({ health: { state }, paused }) => state !== 'ok' && !paused) ?? [];
  const evaluates = health?.parts.evaluator.ok !== false;
  return (
    <Card className="px-3 py-6 text-center">
      <p className="inline-flex items-center gap-2 font-medium">
        <Shape name={evaluates && silent.length === 0 ? 'ok' : 'warning'} />
        {evaluates ? 'Nothing is open' : 'Nothing is open, but the rules are not being evaluated'}
      </p>
      {!evaluates && <p className="text-muted">{health?.parts.evaluator.detail}</p>}
      <p className="mt-1 text-muted">
        {enabled === undefined ? '' : `${enabled} rules watch ${targets?.items.length ?? 0} targets. `}
        <Link href="/rules" className="underline">
          Rules
        </Link>{' '}
        ·{' '}
        <Link href="/alerts?state=resolved" className="underline">
          Resolved in the last 24 hours
        </Link>
      </p>
      {silent.length > 0 && (
        <ul className="mt-3 inline-block text-left">
          {silent.slice(0, 5).map((target) => (
            <li key={target.id}>
              <HealthStatus state={target.health.state} />{' '}
              <Link href={`/targets/${target.id}`} className="underline">
                {target.name}
              </Link>{' '}
              <span className="text-muted">{target.health.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
