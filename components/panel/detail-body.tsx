import Link from 'next/link';
import type { ReactNode } from 'react';
import { PageBody } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { isNotFound } from '#lib/client/problem.ts';

type DetailBodyProps<T> = {
  readonly query: { readonly data: T | undefined; readonly error: Error | null; refetch(): Promise<unknown> };
  /** "alert 12": what is not there when there is none. */
  readonly what: string;
  readonly list: { readonly href: string; readonly text: string };
  readonly children: (data: T) => ReactNode;
};

/** The page of one thing: loading, not there, not answered, or what it shows. */
export function DetailBody<T>({ query, what, list, children }: DetailBodyProps<T>) {
  const { data, error, refetch } = query;
  const isMissing = isNotFound(error);
  return (
    <PageBody>
      {isMissing && (
        <Notice
          tone="warning"
          action={
            <Link href={list.href} className="underline">
              {list.text}
            </Link>
          }
        >
          {data === undefined ? `There is no ${what}.` : `There is no ${what} any more: somebody removed it.`}
        </Notice>
      )}
      {error !== null && !isMissing && (
        <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />
      )}
      {data === undefined && error === null && (
        <div aria-busy="true" className="space-y-3">
          <Skeleton className="h-40" />
          <Skeleton className="h-64" />
        </div>
      )}
      {data !== undefined && !isMissing && children(data)}
    </PageBody>
  );
}
