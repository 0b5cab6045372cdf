'use client';

import { FilterInput } from '#components/frame/filter-input.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { Button } from '#components/ui/button.tsx';
import { cx } from '#components/ui/class-names.ts';
import type { HealthState, Subject } from '#lib/api/subjects.ts';
import { useUrlParam, writeParams } from '#lib/client/url-state.ts';

/** Text and state chips; both live in the URL. */
export function FilterBar({
  total,
  matching,
  subjects,
}: {
  total: number;
  matching: number;
  subjects: readonly Subject[];
}) {
  const [query] = useUrlParam('q');
  const [states, setStates] = useUrlParam('state');
  const chosen = states === '' ? [] : states.split(',');
  const present = new Map<HealthState, number>();
  for (const { health } of subjects) present.set(health.state, (present.get(health.state) ?? 0) + 1);
  const toggle = (state: HealthState) => {
    const next = chosen.includes(state) ? chosen.filter((other) => other !== state) : [...chosen, state];
    setStates(next.join(','), 'replace');
  };
  const filtered = query !== '' || states !== '';
  return (
    <search className="flex flex-wrap items-center gap-2">
      <FilterInput label="Filter by name, label or model" className="w-full sm:w-64" />
      {[...present].map(([state, count]) => (
        <button
          key={state}
          type="button"
          aria-pressed={chosen.includes(state)}
          onClick={() => toggle(state)}
          className={cx(
            'inline-flex h-7 items-center gap-1.5 rounded-md border px-2',
            chosen.includes(state) ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:bg-hover',
          )}
        >
          <HealthStatus state={state} />
          <span className="text-muted">{count}</span>
        </button>
      ))}
      {filtered && (
        <span className="text-muted">
          {matching} of {total} match{' '}
          <Button
            variant="quiet"
            className="h-6 px-1.5"
            onClick={() => writeParams({ q: null, state: null }, 'replace')}
          >
            clear
          </Button>
        </span>
      )}
    </search>
  );
}
