'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { Select } from '#components/ui/select.tsx';
import { subjectsQuery } from '#lib/client/queries.ts';
import { isNarrowed, RUN_PARAMS, type RunFilter } from '#lib/client/run-filter.ts';
import { KIND_WORDS, ORIGIN_WORDS } from '#lib/client/run-words.ts';
import { writeParams } from '#lib/client/url-state.ts';
import { RUN_KINDS, RUN_ORIGINS } from '#lib/runs/run.ts';

/** Radix keeps '' for "nothing chosen", so "any" needs a word. */
const ANY = 'any';

export function clearRunFilter(): void {
  writeParams(Object.fromEntries(RUN_PARAMS.map((name) => [name, null])), 'push');
}

/** The filter of the list; it is the URL. */
export function RunFilters({ filter }: { filter: RunFilter }) {
  const { data } = useQuery(subjectsQuery('engine', 30_000));
  const engines = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const engine = filter.engine === null ? ANY : String(filter.engine);
  const isKnown = engine === ANY || engines.some(({ value }) => value === engine);
  const pick = (name: string) => (value: string) => writeParams({ [name]: value === ANY ? null : value }, 'replace');
  const toggleState = (state: 'running' | 'finished') =>
    writeParams({ state: filter.state === state ? null : state }, 'replace');
  return (
    <search className="flex flex-wrap items-center gap-2">
      <fieldset aria-label="State" className="flex flex-wrap gap-1.5">
        <Chip pressed={filter.state === 'running'} onClick={() => toggleState('running')}>
          Running
        </Chip>
        <Chip pressed={filter.state === 'finished'} onClick={() => toggleState('finished')}>
          Finished
        </Chip>
      </fieldset>
      <div className="flex min-w-0 flex-wrap gap-1.5 *:max-w-60">
        <Select
          label="Kind"
          value={filter.kind ?? ANY}
          onChange={pick('kind')}
          options={[
            { value: ANY, label: 'any kind' },
            ...RUN_KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind] })),
          ]}
        />
        <Select
          label="Origin"
          value={filter.origin ?? ANY}
          onChange={pick('origin')}
          options={[
            { value: ANY, label: 'any origin' },
            ...RUN_ORIGINS.map((origin) => ({ value: origin, label: ORIGIN_WORDS[origin] })),
          ]}
        />
        <Select
          label="Engine"
          value={engine}
          onChange={pick('engine')}
          options={[
            { value: ANY, label: 'any engine' },
            ...engines,
            ...(isKnown ? [] : [{ value: engine, label: `engine ${engine}` }]),
          ]}
        />
      </div>
      {isNarrowed(filter) && (
        <Button variant="quiet" onClick={clearRunFilter}>
          <X size={14} aria-hidden />
          Clear
        </Button>
      )}
    </search>
  );
}
