'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { FiringAlerts } from '#components/alert/firing-alerts.tsx';
import { EngineTable } from '#components/fleet/engine-table.tsx';
import { FilterBar } from '#components/fleet/filter-bar.tsx';
import { filterSubjects, parseFilter } from '#components/fleet/fleet-filter.ts';
import { ENGINE_COLUMNS_SIGNALS, GPU_COLUMNS_SIGNALS } from '#components/fleet/fleet-signals.ts';
import { GpuTable } from '#components/fleet/gpu-table.tsx';
import { Onboarding } from '#components/fleet/onboarding.tsx';
import { VerdictLine } from '#components/fleet/verdict-line.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { Age } from '#components/status/age.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { firingQuery } from '#lib/client/alert-queries.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { alertVerdicts, fleetVerdicts } from '#lib/client/fleet-verdict.ts';
import { currentQuery, subjectsQuery, targetsQuery } from '#lib/client/queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Verdicts in words, then every engine and GPU in one row each. */
export function FleetPage() {
  const subjects = useQuery(subjectsQuery('all'));
  const targets = useQuery(targetsQuery());
  const engineNow = useQuery(currentQuery({ signals: ENGINE_COLUMNS_SIGNALS, kind: 'engine' }));
  const gpuNow = useQuery(currentQuery({ signals: GPU_COLUMNS_SIGNALS, kind: 'gpu' }));
  const firing = useQuery(firingQuery());
  const [filterText] = useUrlParam('q');
  const [stateText] = useUrlParam('state');
  const engineIndex = useMemo(() => indexCurrent(engineNow.data), [engineNow.data]);
  const gpuIndex = useMemo(() => indexCurrent(gpuNow.data), [gpuNow.data]);

  const all = subjects.data?.items ?? [];
  const filter = parseFilter(filterText, stateText);
  const shown = filterSubjects(all, filter);
  const engines = all.filter(({ kind }) => kind === 'engine');
  const gpus = all.filter(({ kind }) => kind === 'gpu');
  const both = { get: (id: number, signal: string) => engineIndex.get(id, signal) ?? gpuIndex.get(id, signal) };
  const verdicts = fleetVerdicts(
    engines,
    gpus,
    { ...both, value: (id, signal) => both.get(id, signal)?.value ?? null },
    targets.data?.items ?? [],
  );
  const nothing = targets.data?.items.length === 0 && all.length === 0;

  return (
    <>
      <PageHeader
        title="Fleet"
        subtitle={
          subjects.data === undefined ? (
            subjects.error === null ? (
              'loading'
            ) : (
              'no answer yet'
            )
          ) : (
            <>
              as of <Age atMs={subjects.data.atMs} />
            </>
          )
        }
      />
      <PageBody>
        {subjects.error !== null && (
          <PanelError
            error={subjects.error}
            onRetry={() => void subjects.refetch()}
            keepsData={subjects.data !== undefined}
          />
        )}
        {subjects.isPending && <FleetSkeleton />}
        {nothing && <Onboarding />}
        {subjects.data !== undefined && !nothing && (
          <>
            <VerdictLine verdicts={[...alertVerdicts(firing.data?.counts), ...verdicts]} />
            <FiringAlerts />
            <FilterBar total={all.length} matching={shown.length} subjects={all} />
            <EngineTable
              engines={shown.filter(({ kind }) => kind === 'engine')}
              total={engines.length}
              current={engineIndex}
            />
            <GpuTable gpus={shown.filter(({ kind }) => kind === 'gpu')} total={gpus.length} current={gpuIndex} />
          </>
        )}
      </PageBody>
    </>
  );
}

function FleetSkeleton() {
  return (
    <div aria-busy="true" className="space-y-3">
      <Skeleton className="h-16" />
      <Skeleton className="h-80" />
      <Skeleton className="h-64" />
    </div>
  );
}
