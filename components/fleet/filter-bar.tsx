'use client';

import { Search } from 'lucide-react';
import { useState } from 'react';
import { HealthStatus } from '#components/status/health-status.tsx';
import { Button } from '#components/ui/button.tsx';
import { cx } from '#components/ui/class-names.ts';
import { Input } from '#components/ui/field.tsx';
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
  const [query, setQuery] = useUrlParam('q');
  const [states, setStates] = useUrlParam('state');
  const [typed, setTyped] = useState(query);
  // A back step or a cleared filter changes the URL below the field.
  const [seen, setSeen] = useState(query);
  if (seen !== query) {
    setSeen(query);
    setTyped(query);
  }
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
      <div className="relative w-full sm:w-64">
        <Search size={14} aria-hidden className="absolute top-2.25 left-2.5 text-muted" />
        <Input
          data-filter
          type="search"
          aria-label="Filter by name, label or model"
          placeholder="Filter (/)"
          className="pl-8"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setSeen(event.target.value);
            setQuery(event.target.value, 'replace');
          }}
        />
      </div>
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
