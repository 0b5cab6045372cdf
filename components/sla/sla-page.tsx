'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { VerdictLine } from '#components/fleet/verdict-line.tsx';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { PanelError } from '#components/panel/panel-states.tsx';
import type { Scope } from '#components/panel/scope.tsx';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { BudgetPanel } from '#components/sla/budget-panel.tsx';
import { OpenBatches } from '#components/sla/open-batches.tsx';
import { ScoreTable } from '#components/sla/score-table.tsx';
import { SlaTable } from '#components/sla/sla-table.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { SlaEngine } from '#lib/api/sla.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { slaQuery } from '#lib/client/sla-query.ts';
import { slaVerdicts } from '#lib/client/sla-words.ts';
import { MAX_PICKED } from '#lib/client/subject-pick.ts';

/** Is what we promise kept, what is left of it, and which batch will be late: verdicts, numbers, then the course of them. */
export function SlaPage() {
  return (
    <PanelPage title="SLA" kind="engine">
      {({ chosen, scope }) => <SlaReport chosen={chosen} scope={scope} />}
    </PanelPage>
  );
}

function SlaReport({ chosen, scope }: { chosen: readonly Subject[]; scope: Scope }) {
  const { names } = scope;
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
          <HowToPromise engines={shown.engines} />
          <PromisePanels engines={shown.engines} scope={scope} />
        </>
      )}
      <ScoreTable />
    </>
  );
}

/** Lines of engines that promise something; the others would be empty ones. */
function PromisePanels({ engines, scope }: { engines: readonly SlaEngine[]; scope: Scope }) {
  const ids = engines.filter(isPromised).map(({ id }) => id);
  const key = ids.join(',');
  const promised = useMemo<Scope>(() => {
    const of = key.split(',').map(Number);
    return of.length > MAX_PICKED ? { ...scope, group: 'fleet', ids: [] } : { ...scope, group: 'subject', ids: of };
  }, [key, scope]);
  if (ids.length === 0) return null;
  return (
    <PanelGrid>
      <SeriesPanel spec={PANELS.burn} scope={promised} />
      <BudgetPanel engines={engines} names={scope.names} />
      <SeriesPanel spec={PANELS.slaMinutes} scope={promised} />
      <SeriesPanel spec={PANELS.sloGoodput} scope={promised} />
    </PanelGrid>
  );
}

const isPromised = ({ promise }: SlaEngine): boolean => promise.promisedBy !== 'nobody';

/** What to write so that an engine is judged by what is promised of it. */
function HowToPromise({ engines }: { engines: readonly SlaEngine[] }) {
  const without = engines.filter((engine) => !isPromised(engine)).length;
  if (without === 0) return null;
  return (
    <Notice tone="info">
      {without === 1 ? 'Of one engine nothing is promised' : `Of ${without} engines nothing is promised`}: no budget is
      counted and no SLA alert is made. State it in headroom.yaml, for all or in a target:{' '}
      <code className="[overflow-wrap:anywhere]">{'slo: {ttft: 500ms, itl: 100ms, objective: 99%, window: 30d}'}</code>
    </Notice>
  );
}
