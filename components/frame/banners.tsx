'use client';

import { useQuery } from '@tanstack/react-query';
import { FlaskConical, OctagonAlert, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { Age } from '#components/status/age.tsx';
import { Button } from '#components/ui/button.tsx';
import { appNotices } from '#lib/client/health.ts';
import { toProblem } from '#lib/client/problem.ts';
import { healthQuery } from '#lib/client/queries.ts';

/** What every page must say first: the fleet is simulated, Headroom itself is not well. */
export function Banners() {
  const { data, error, refetch, dataUpdatedAt } = useQuery(healthQuery());
  const notices = data === undefined || error !== null ? [] : appNotices(data);
  return (
    <section aria-label="Notices" className="space-y-px">
      {error !== null && (
        <p role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-1 bg-danger-soft px-4 py-1.5">
          <OctagonAlert size={15} aria-hidden className="text-danger" />
          <span className="min-w-0 flex-1 basis-52">
            <strong className="font-medium">Headroom does not answer.</strong>{' '}
            {toProblem(error).detail.replace(/\.$/, '')}. Numbers on this page are not of now
            {dataUpdatedAt > 0 && (
              <>
                {' '}
                (last contact <Age atMs={dataUpdatedAt} />)
              </>
            )}
            ; trying again every 10 s.
          </span>
          <Button className="h-6" onClick={() => void refetch()}>
            Retry now
          </Button>
        </p>
      )}
      {notices.map((notice) => (
        <p
          key={notice.id}
          className={`flex items-center gap-3 px-4 py-1.5 ${notice.tone === 'danger' ? 'bg-danger-soft' : 'bg-warn-soft'}`}
        >
          {notice.tone === 'danger' ? (
            <OctagonAlert size={15} aria-hidden className="shrink-0 text-danger" />
          ) : (
            <TriangleAlert size={15} aria-hidden className="shrink-0 text-warn" />
          )}
          <span className="min-w-0 break-words">{notice.text}</span>
        </p>
      ))}
      {data?.demo === true && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-accent-soft px-4 py-1.5">
          <FlaskConical size={15} aria-hidden className="text-accent" />
          <span className="min-w-0 flex-1 basis-52">
            <strong className="font-medium">This fleet is simulated.</strong> Add a vLLM server or a GPU exporter and
            the demo ends.
          </span>
          <Link href="/targets?add=1" className="inline-flex min-h-6 items-center font-medium underline">
            Add a real target
          </Link>
        </p>
      )}
    </section>
  );
}
