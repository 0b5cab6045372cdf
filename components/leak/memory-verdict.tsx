'use client';

import { useQuery } from '@tanstack/react-query';
import { csvFileName } from '#components/chart/csv.ts';
import { FloorPicture } from '#components/leak/floor-picture.tsx';
import { floorsCsv } from '#components/leak/floors-csv.ts';
import { LeakEvidence } from '#components/leak/leak-evidence.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { MemoryView } from '#lib/api/memory.ts';
import { downloadText } from '#lib/client/download.ts';
import { memoryQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

export type JudgedSubject = { readonly id: number; readonly kind: SubjectKind; readonly name: string };

/** The rolling verdict on the memory of a GPU, or the host memory of an engine, with its evidence. */
export function MemoryVerdict({ subject }: { subject: JudgedSubject }) {
  const { data, error, refetch } = useQuery(memoryQuery(subject.id));
  const title = `Leak verdict: ${subject.name}`;
  if (error !== null && data === undefined)
    return (
      <Card title={title}>
        <PanelError error={error} onRetry={() => void refetch()} keepsData={false} />
      </Card>
    );
  if (data === undefined) return <Skeleton className="h-64" />;
  if (data.leak === null || data.judgedAtMs === null) {
    return (
      <Card title={title}>
        <p className="px-3 pb-3 text-muted">
          Not judged yet: memory is judged every five minutes from the minutes that are stored, or it is not exposed.
        </p>
      </Card>
    );
  }
  return (
    <div className="space-y-1">
      {data.isOld && (
        <Notice tone="warning" className="hatched">
          Judged at <Instant ms={data.judgedAtMs} />: no newer numbers came, so it does not speak of now.
        </Notice>
      )}
      <JudgedMemory subject={subject} view={data} />
      {!data.isOld && (
        <p className="text-right text-xs text-muted">
          judged at <Instant ms={data.judgedAtMs} />, every 5 min over 24 h
        </p>
      )}
    </div>
  );
}

/** One verdict with its evidence and picture; nothing where nothing was judged. */
export function JudgedMemory({ subject, view }: { subject: JudgedSubject; view: MemoryView }) {
  const { leak, judgedAtMs, attribution, totalBytes } = view;
  if (leak === null || judgedAtMs === null) return null;
  const grower = attribution?.grower ?? null;
  const growers = (attribution?.processes ?? [])
    .filter(({ growthBytes }) => growthBytes > 0)
    .map((process) => ({ ...process, share: process.pid === grower?.pid ? grower.share : null }));
  return (
    <LeakEvidence
      gpu={{ gpu: subject, leak, growers, totalBytes }}
      onDownload={() => downloadText(csvFileName(`floors ${subject.name}`, judgedAtMs), 'text/csv', floorsCsv(leak))}
      picture={<FloorPicture leak={leak} />}
    />
  );
}
