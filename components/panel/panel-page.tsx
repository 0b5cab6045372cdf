'use client';

import { type ReactNode, useMemo } from 'react';
import { Onboarding } from '#components/fleet/onboarding.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { HealthStrip } from '#components/panel/health-strip.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { type Scope, ScopeProvider, useScopeOf, useSubjects } from '#components/panel/scope.tsx';
import { SubjectPicker } from '#components/panel/subject-picker.tsx';
import { RangePicker } from '#components/range/range-picker.tsx';
import { cx } from '#components/ui/class-names.ts';
import type { Subject } from '#lib/api/subjects.ts';
import { useUrlParam } from '#lib/client/url-state.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

type PanelPageProps = {
  title: string;
  kind: SubjectKind;
  /** `chosen`: the subjects that are shown, all of them for the fleet. */
  children: (view: { scope: Scope; chosen: readonly Subject[]; subjects: readonly Subject[] }) => ReactNode;
};

const NONE: readonly Subject[] = [];

/** A page of panels over the fleet or over picked subjects; the pick (`on`) and the range are in the URL. */
export function PanelPage({ title, kind, children }: PanelPageProps) {
  const { data, error, refetch } = useSubjects(kind);
  const [pickParam, setPick] = useUrlParam('on');
  const subjects = data?.items ?? NONE;
  const { scope, pick } = useScopeOf(kind, subjects, pickParam);
  const chosen = useMemo(
    () => (pick.type === 'fleet' ? subjects : subjects.filter(({ id }) => pick.ids.includes(id))),
    [subjects, pick],
  );
  return (
    <>
      <PageHeader title={title}>
        {data !== undefined && (
          <SubjectPicker kind={kind} subjects={subjects} names={scope.names} pick={pick} onPick={setPick} />
        )}
        <RangePicker />
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data !== undefined && subjects.length === 0 && <Onboarding />}
        {data !== undefined && subjects.length > 0 && (
          <ScopeProvider scope={scope}>
            <HealthStrip subjects={chosen} />
            <div className={cx('space-y-3', chosen.every(({ health }) => health.state !== 'ok') && 'not-now')}>
              {children({ scope, chosen, subjects })}
            </div>
          </ScopeProvider>
        )}
      </PageBody>
    </>
  );
}
