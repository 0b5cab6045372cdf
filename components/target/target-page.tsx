'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { PageHeader } from '#components/frame/page-header.tsx';
import { DetailBody } from '#components/panel/detail-body.tsx';
import { Age } from '#components/status/age.tsx';
import { HealthStatus } from '#components/status/health-status.tsx';
import { RecognisedReport } from '#components/target/recognised-report.tsx';
import { ScrapeTable } from '#components/target/scrape-table.tsx';
import { TargetActions } from '#components/target/target-actions.tsx';
import { originWords, promiseText } from '#components/target/target-words.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { TargetDetail } from '#lib/api/targets.ts';
import { isNotFound } from '#lib/client/problem.ts';
import { targetQuery } from '#lib/client/queries.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** One target: how it answers, what of it is understood, what is missing and why. */
export function TargetPage({ id }: { id: number }) {
  const router = useRouter();
  const query = useQuery(targetQuery(id));
  const data = isNotFound(query.error) ? undefined : query.data;
  return (
    <>
      <PageHeader
        title={data?.name ?? `Target ${id}`}
        subtitle={
          <>
            <Link href="/targets" className="underline">
              Targets
            </Link>{' '}
            {data?.url ?? ''}
          </>
        }
      >
        {data !== undefined && (
          <>
            <HealthStatus state={data.health.state} paused={data.paused} />
            <TargetActions target={data} onDeleted={() => router.push('/targets')} />
          </>
        )}
      </PageHeader>
      <DetailBody query={query} what={`target ${id}`} list={{ href: '/targets', text: 'To the targets' }}>
        {(target) => <TargetReport target={target} />}
      </DetailBody>
    </>
  );
}

function TargetReport({ target }: { target: TargetDetail }) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Kind', target.source],
    ['Polled every', formatDurationMs(target.intervalMs)],
    ['Last poll', <Age key="age" atMs={target.health.lastScrapeMs} />],
    ['Up, last hour', formatValue(target.upShare1h, 'ratio')],
    ['From', `${originWords(target)}${target.readOnly ? ', read-only' : ''}`],
    ['Authentication', target.hasAuth ? 'set' : 'none'],
    ['Limits', target.profile],
    ['Promise', promiseText(target.slo)],
    ['Baseline', target.baselineRps === null ? 'learned' : `${target.baselineRps} req/s`],
    ['Most running', target.maxRunning === null ? 'not given' : String(target.maxRunning)],
    ['GPUs', target.gpus.length === 0 ? 'by host label' : target.gpus.join(', ')],
  ];
  return (
    <>
      {target.health.reason !== '' && (
        <Notice tone={target.health.state === 'down' ? 'danger' : 'warning'}>{target.health.reason}</Notice>
      )}
      <Card title="Settings">
        <dl className="grid gap-x-6 gap-y-1.5 px-3 pb-3 sm:grid-cols-3 xl:grid-cols-5">
          {facts.map(([term, value]) => (
            <div key={term} className="min-w-0">
              <dt className="text-xs text-muted">{term}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
        </dl>
        {Object.keys(target.labels).length > 0 && (
          <p className="flex flex-wrap gap-1 px-3 pb-3">
            {Object.entries(target.labels).map(([name, value]) => (
              <Badge key={name}>
                <span className="truncate">
                  {name}={value}
                </span>
              </Badge>
            ))}
          </p>
        )}
      </Card>
      <Card title={`Subjects (${target.subjects.length})`}>
        <ul className="px-3 pb-3">
          {target.subjects.map((subject) => (
            <li key={subject.id}>
              <Link
                href={`/${subject.kind}s/${subject.id}`}
                className="inline-flex min-h-6 items-center break-all hover:underline"
              >
                {subject.name}
              </Link>
            </li>
          ))}
          {target.subjects.length === 0 && <li className="text-muted">Nothing was found on it yet.</li>}
        </ul>
      </Card>
      <Card title="What is understood">
        <div className="px-3 pb-3">
          {target.recognised === null ? (
            <p className="text-muted">No poll has succeeded yet, so nothing is known about its page.</p>
          ) : (
            <RecognisedReport recognised={target.recognised} />
          )}
        </div>
      </Card>
      <Card title="Recent polls">
        <ScrapeTable scrapes={target.scrapes} />
      </Card>
    </>
  );
}
