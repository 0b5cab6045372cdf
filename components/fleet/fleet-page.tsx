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
import type { Subject } from '#lib/api/subjects.ts';
import type { Target, TargetList } from '#lib/api/targets.ts';
import { firingQuery } from '#lib/client/alert-queries.ts';
import { indexCurrent } from '#lib/client/current-index.ts';
import { alertVerdicts, fleetVerdicts } from '#lib/client/fleet-verdict.ts';
import { currentQuery, subjectsQuery, targetsQuery } from '#lib/client/queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Verdicts in words, then every engine and GPU in one row each. Each part asks for its own numbers and is drawn for them alone. */
export function FleetPage() {
  const subjects = useQuery(subjectsQuery('all'));
  const { data: targetCount } = useQuery({ ...targetsQuery(), select: ({ items }) => items.length });
  const nothing = targetCount === 0 && subjects.data?.items.length === 0;

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
            <FleetVerdicts subjects={subjects.data.items} />
            <FiringAlerts />
            <FleetTables all={subjects.data.items} />
          </>
        )}
      </PageBody>
    </>
  );
}

/** The others are spoken for by their engines and GPUs; none of these changes with a poll of them. */
const targetsWithoutSubjects = ({ items }: TargetList): readonly Target[] =>
  items.filter(({ subjects }) => subjects.length === 0);

function FleetVerdicts({ subjects }: { subjects: readonly Subject[] }) {
  const { data: empty } = useQuery({ ...targetsQuery(), select: targetsWithoutSubjects });
  const { data: engineNow } = useQuery(currentQuery({ signals: ENGINE_COLUMNS_SIGNALS, kind: 'engine' }));
  const { data: gpuNow } = useQuery(currentQuery({ signals: GPU_COLUMNS_SIGNALS, kind: 'gpu' }));
  const { data: firing } = useQuery(firingQuery());
  const verdicts = useMemo(() => {
    const [engineIndex, gpuIndex] = [indexCurrent(engineNow), indexCurrent(gpuNow)];
    const get = (id: number, signal: string) => engineIndex.get(id, signal) ?? gpuIndex.get(id, signal);
    return fleetVerdicts(
      subjects.filter(({ kind }) => kind === 'engine'),
      subjects.filter(({ kind }) => kind === 'gpu'),
      { get, value: (id, signal) => get(id, signal)?.value ?? null },
      empty ?? [],
    );
  }, [subjects, empty, engineNow, gpuNow]);
  return <VerdictLine verdicts={[...alertVerdicts(firing?.counts), ...verdicts]} />;
}

function FleetTables({ all }: { all: readonly Subject[] }) {
  const [text] = useUrlParam('q');
  const [states] = useUrlParam('state');
  const shown = useMemo(() => {
    const matching = filterSubjects(all, parseFilter(text, states));
    return {
      count: matching.length,
      engines: matching.filter(({ kind }) => kind === 'engine'),
      gpus: matching.filter(({ kind }) => kind === 'gpu'),
    };
  }, [all, text, states]);
  const engineCount = all.filter(({ kind }) => kind === 'engine').length;
  return (
    <>
      <FilterBar total={all.length} matching={shown.count} subjects={all} />
      <EngineTable engines={shown.engines} total={engineCount} />
      <GpuTable gpus={shown.gpus} total={all.length - engineCount} />
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
