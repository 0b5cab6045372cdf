'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { VerdictLine } from '#components/fleet/verdict-line.tsx';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { PanelError } from '#components/panel/panel-states.tsx';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { BudgetPanel } from '#components/sla/budget-panel.tsx';
import { OpenBatches } from '#components/sla/open-batches.tsx';
import { ScoreTable } from '#components/sla/score-table.tsx';
import { SlaTable } from '#components/sla/sla-table.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { slaQuery } from '#lib/client/sla-query.ts';
import { slaVerdicts } from '#lib/client/sla-words.ts';

/** Is what we promise kept, what is left of it, and which batch will be late: verdicts, numbers, then the course of them. */
export function SlaPage() {
  return (
    <PanelPage title="SLA" kind="engine">
      {({ chosen, scope }) => <SlaReport chosen={chosen} names={scope.names} />}
    </PanelPage>
  );
}

function SlaReport({ chosen, names }: { chosen: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const { data, error, refetch } = useQuery(slaQuery());
  const shown = useMemo(() => {
    const ids = new Set(chosen.map(({ id }) => id));
    return data === undefined ? null : { ...data, engines: data.engines.filter(({ id }) => ids.has(id)) };
  }, [data, chosen]);
  return (
    <>
      {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={shown !== null} />}
      {shown === null && error === null && <Skeleton className="h-80" />}
      {shown !== null && (
        <>
          <VerdictLine verdicts={slaVerdicts(shown, names)} label="State of the promises" />
          <SlaTable engines={shown.engines} names={names} />
          <OpenBatches batches={shown.batches} withRun />
          <PanelGrid>
            <SeriesPanel spec={PANELS.burn} />
            <BudgetPanel engines={shown.engines} names={names} />
            <SeriesPanel spec={PANELS.slaMinutes} />
            <SeriesPanel spec={PANELS.sloGoodput} />
          </PanelGrid>
        </>
      )}
      <ScoreTable />
    </>
  );
}
