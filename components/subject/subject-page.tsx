'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { type ReactNode, useMemo } from 'react';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { type Scope, ScopeProvider, useSubjects } from '#components/panel/scope.tsx';
import { PlanLink } from '#components/plan/plan-link.tsx';
import { RangePicker } from '#components/range/range-picker.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { SubjectFacts } from '#components/subject/subject-facts.tsx';
import { cx } from '#components/ui/class-names.ts';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { targetsQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** One engine or GPU: who it is, whether its numbers are of now, then its panels. */
export function SubjectPage({
  kind,
  id,
  children,
}: {
  kind: SubjectKind;
  id: number;
  children: (subject: Subject) => ReactNode;
}) {
  const { data, error, refetch } = useSubjects(kind);
  const subject = data?.items.find((item) => item.id === id);
  const { data: targets } = useQuery(targetsQuery());
  const profile = targets?.items.find((target) => target.id === subject?.target.id)?.profile ?? 'relative';
  const scope = useSingleScope(kind, id, subject?.name ?? '', subject?.baselineRps ?? null, profile);
  const noun = kind === 'engine' ? 'engine' : 'GPU';
  return (
    <>
      <PageHeader
        title={subject?.name ?? (kind === 'engine' ? `Engine ${id}` : `GPU ${id}`)}
        subtitle={
          subject === undefined ? undefined : (
            <>
              target{' '}
              <Link href={`/targets/${subject.target.id}`} className="underline">
                {subject.target.name}
              </Link>
            </>
          )
        }
      >
        {subject !== undefined && <HealthStatus state={subject.health.state} />}
        {subject !== undefined && kind === 'engine' && <PlanLink subjects={[subject]} />}
        <RangePicker />
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-40" />}
        {data !== undefined && subject === undefined && (
          <Notice
            tone="warning"
            action={
              <Link href="/" className="underline">
                To the fleet
              </Link>
            }
          >
            There is no {noun} with number {id}. Its target may have been removed.
          </Notice>
        )}
        {subject !== undefined && (
          <ScopeProvider scope={scope}>
            {subject.health.state !== 'ok' && (
              <Notice tone={subject.health.state === 'down' ? 'danger' : 'warning'} className="hatched">
                <span className="flex flex-wrap items-center gap-x-2">
                  <HealthStatus state={subject.health.state} />
                  <span className="min-w-0 break-words">{subject.health.reason}</span>
                </span>
              </Notice>
            )}
            <SubjectFacts subject={subject} />
            <div className={cx('space-y-3', subject.health.state !== 'ok' && 'not-now')}>{children(subject)}</div>
          </ScopeProvider>
        )}
      </PageBody>
    </>
  );
}

function useSingleScope(
  kind: SubjectKind,
  id: number,
  name: string,
  baselineRps: number | null,
  profile: 'relative' | 'literal',
): Scope {
  return useMemo(
    () => ({ kind, group: 'subject', ids: [id], names: new Map([[id, name]]), baselineRps, profile }),
    [kind, id, name, baselineRps, profile],
  );
}
