'use client';

import { useQuery } from '@tanstack/react-query';
import { ListFilter, X } from 'lucide-react';
import { useState } from 'react';
import { MatchField } from '#components/alert/match-field.tsx';
import { SEVERITY_SHAPES } from '#components/status/alert-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { Select } from '#components/ui/select.tsx';
import { ALERT_STATES } from '#lib/alerts/alert.ts';
import { HANDLINGS } from '#lib/alerts/handling.ts';
import { ALERT_PARAMS, type AlertView, narrowings } from '#lib/client/alert-filter.ts';
import { GROUPINGS, type Grouping } from '#lib/client/alert-groups.ts';
import { SEVERITY_WORDS, STATE_WORDS } from '#lib/client/alert-words.ts';
import { targetsQuery } from '#lib/client/queries.ts';
import { rulesQuery } from '#lib/client/rule-queries.ts';
import { writeParams } from '#lib/client/url-state.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

const HANDLING_WORDS = { open: 'Nobody has it', acked: 'Acked', muted: 'Muted', inhibited: 'Inhibited' } as const;
/** Radix keeps '' for "nothing chosen", so "any" needs a word. */
const ANY = 'any';
const WITHIN = [
  { value: '24h', label: 'last 24 hours' },
  { value: '7d', label: 'last 7 days' },
  { value: '30d', label: 'last 30 days' },
  { value: '52w', label: 'last year' },
];

/** The whole filter; it is the URL, so a copied address shows the same list. */
export function AlertFilters({ view, by }: { view: AlertView; by: Grouping }) {
  const [more, setMore] = useState(false);
  const count = narrowings(view);
  const toggle = <T extends string>(name: string, chosen: readonly T[], value: T) => {
    const next = chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value];
    writeParams({ [name]: next.join(',') }, 'replace');
  };
  return (
    <search className="space-y-2">
      <div className="flex flex-wrap items-start gap-2">
        <MatchField value={view.match} className="w-full sm:w-80" />
        <div className="flex flex-wrap gap-1.5 max-sm:hidden">
          {SEVERITIES.toReversed().map((severity) => (
            <Chip
              key={severity}
              pressed={view.severities.includes(severity)}
              onClick={() => toggle('severity', view.severities, severity)}
            >
              <Shape name={SEVERITY_SHAPES[severity]} size={10} />
              {SEVERITY_WORDS[severity]}
            </Chip>
          ))}
        </div>
        <div className="flex flex-wrap gap-1.5 sm:ml-auto">
          <Button aria-expanded={more} onClick={() => setMore(!more)} className="h-8">
            <ListFilter size={14} aria-hidden />
            Filter{count > 0 ? ` (${count})` : ''}
          </Button>
          <Select
            label="Group by"
            value={by}
            onChange={(value) => writeParams({ group: value === 'none' ? null : value }, 'push')}
            options={GROUPINGS.map((value) => ({ value, label: value === 'none' ? 'not grouped' : `by ${value}` }))}
          />
          {count > 0 && (
            <Button
              variant="quiet"
              onClick={() => writeParams(Object.fromEntries(ALERT_PARAMS.map((name) => [name, null])), 'push')}
            >
              <X size={14} aria-hidden />
              Clear
            </Button>
          )}
        </div>
      </div>
      {more && <MoreFilters view={view} toggle={toggle} />}
    </search>
  );
}

type Toggle = <T extends string>(name: string, chosen: readonly T[], value: T) => void;

function MoreFilters({ view, toggle }: { view: AlertView; toggle: Toggle }) {
  const { data: rules } = useQuery(rulesQuery());
  const { data: targets } = useQuery(targetsQuery());
  const pick = (name: string) => (value: string) => writeParams({ [name]: value === ANY ? null : value }, 'replace');
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-surface px-3 py-2">
      <fieldset aria-label="Severity" className="flex flex-wrap gap-1.5 sm:hidden">
        {SEVERITIES.toReversed().map((severity) => (
          <Chip
            key={severity}
            pressed={view.severities.includes(severity)}
            onClick={() => toggle('severity', view.severities, severity)}
          >
            <Shape name={SEVERITY_SHAPES[severity]} size={10} />
            {SEVERITY_WORDS[severity]}
          </Chip>
        ))}
      </fieldset>
      <fieldset aria-label="State" className="flex flex-wrap gap-1.5">
        {ALERT_STATES.map((state) => (
          <Chip key={state} pressed={view.states.includes(state)} onClick={() => toggle('state', view.states, state)}>
            {STATE_WORDS[state]}
          </Chip>
        ))}
        {view.states.includes('resolved') && (
          <Select
            label="How far back"
            value={view.within}
            onChange={(value) => writeParams({ within: value === '24h' ? null : value }, 'replace')}
            options={WITHIN}
          />
        )}
      </fieldset>
      <fieldset aria-label="Handling" className="flex flex-wrap gap-1.5">
        {HANDLINGS.map((handling) => (
          <Chip
            key={handling}
            pressed={view.handlings.includes(handling)}
            onClick={() => toggle('handling', view.handlings, handling)}
          >
            {HANDLING_WORDS[handling]}
          </Chip>
        ))}
      </fieldset>
      <div className="flex min-w-0 flex-wrap gap-1.5 *:max-w-60">
        <Select
          label="Rule"
          value={view.rule === '' ? ANY : view.rule}
          onChange={pick('rule')}
          options={[
            { value: ANY, label: 'any rule' },
            ...withCurrent(
              (rules?.items ?? []).map(({ id, title }) => ({ value: id, label: title })),
              view.rule,
            ),
          ]}
        />
        <Select
          label="Target"
          value={view.target === '' ? ANY : view.target}
          onChange={pick('target')}
          options={[
            { value: ANY, label: 'any target' },
            ...withCurrent(
              (targets?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
              view.target,
            ),
          ]}
        />
      </div>
      {view.owner !== '' && (
        <Chip pressed onClick={() => writeParams({ owner: null }, 'replace')}>
          owner {view.owner} ✕
        </Chip>
      )}
    </div>
  );
}

/** What the URL names stays choosable, also when it no longer exists. */
function withCurrent(options: readonly { value: string; label: string }[], current: string) {
  if (current === '' || options.some(({ value }) => value === current)) return options;
  return [...options, { value: current, label: current }];
}
