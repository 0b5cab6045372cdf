'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect } from 'react';
import { AlertActions } from '#components/alert/alert-actions.tsx';
import { AlertAnswers } from '#components/alert/alert-answers.tsx';
import { AlertDeliveries } from '#components/alert/alert-deliveries.tsx';
import { AlertEvidence } from '#components/alert/alert-evidence.tsx';
import { AlertRunbook } from '#components/alert/alert-runbook.tsx';
import { AlertTimeline } from '#components/alert/alert-timeline.tsx';
import { EarlierEpisodes } from '#components/alert/earlier-episodes.tsx';
import { Neighbours } from '#components/alert/neighbours.tsx';
import { PageHeader } from '#components/frame/page-header.tsx';
import { DetailBody } from '#components/panel/detail-body.tsx';
import { AlertStatus } from '#components/status/alert-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { placeName } from '#lib/client/alert-place.ts';
import { alertQuery } from '#lib/client/alert-queries.ts';
import { dataText, documentTitle } from '#lib/client/alert-words.ts';
import { useUtc } from '#lib/client/url-state.ts';

/** What a link in a message opens: what is broken, since when, who has it, what to do, without a click. */
export function AlertPage({ id }: { id: number }) {
  const query = useQuery(alertQuery(id));
  const { data } = query;
  const title = data === undefined ? null : documentTitle(data);
  useEffect(() => {
    if (title !== null) document.title = `${title} · Headroom`;
  }, [title]);
  return (
    <>
      <PageHeader
        title={data?.headline ?? `Alert ${id}`}
        wraps
        subtitle={
          data === undefined ? undefined : (
            <>
              <Link href="/alerts" className="underline">
                Alerts
              </Link>{' '}
              · {data.id} · {placeName(data)}
            </>
          )
        }
      >
        {data !== undefined && (
          <>
            <AlertStatus alert={data} />
            <AlertActions alert={data} />
          </>
        )}
      </PageHeader>
      <DetailBody query={query} what={`alert ${id}`} list={{ href: '/alerts', text: 'To the alerts' }}>
        {(alert) => <AlertReport alert={alert} />}
      </DetailBody>
    </>
  );
}

function AlertReport({ alert }: { alert: AlertDetail }) {
  return (
    <>
      <DataNotice alert={alert} />
      <AlertAnswers alert={alert} />
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="min-w-0 space-y-3">
          <AlertEvidence alert={alert} />
          <AlertTimeline alert={alert} />
        </div>
        <div className="min-w-0 space-y-3">
          <AlertRunbook alert={alert} />
          <EarlierEpisodes alert={alert} />
          <Neighbours alert={alert} />
          <AlertDeliveries alert={alert} />
        </div>
      </div>
    </>
  );
}

/** Numbers that are not of now are said before anything else. */
function DataNotice({ alert }: { alert: AlertDetail }) {
  const [utc] = useUtc();
  const text = alert.state === 'resolved' ? '' : dataText(alert, utc);
  if (text === '') return null;
  return (
    <Notice tone="warning" className="hatched">
      <span className="flex items-start gap-2">
        <Shape name={alert.data.state === 'frozen' ? 'frozen' : 'no-data'} className="mt-1" />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          {text}.{' '}
          {alert.state === 'pending'
            ? 'It stays pending until numbers come back.'
            : 'It keeps firing: silence of an exporter is no recovery.'}
        </span>
      </span>
    </Notice>
  );
}
