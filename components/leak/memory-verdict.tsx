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
import { downloadText } from '#lib/client/download.ts';
import { memoryQuery } from '#lib/client/queries.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

type JudgedSubject = { readonly id: number; readonly kind: SubjectKind; readonly name: string };

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
  const { leak, judgedAtMs, isOld, attribution, totalBytes } = data;
  if (leak === null || judgedAtMs === null) {
    return (
      <Card title={title}>
        <p className="px-3 pb-3 text-muted">
          Not judged yet: memory is judged every five minutes from the minutes that are stored, or it is not exposed.
        </p>
      </Card>
    );
  }
  const grower = attribution?.grower ?? null;
  const growers = (attribution?.processes ?? [])
    .filter(({ growthBytes }) => growthBytes > 0)
    .map((process) => ({ ...process, share: process.pid === grower?.pid ? grower.share : null }));
  return (
    <div className="space-y-1">
      {isOld && (
        <Notice tone="warning" className="hatched">
          Judged at <Instant ms={judgedAtMs} />: no newer numbers came, so it does not speak of now.
        </Notice>
      )}
      <LeakEvidence
        gpu={{ gpu: subject, leak, growers, totalBytes }}
        onDownload={() => downloadText(csvFileName(`floors ${subject.name}`, judgedAtMs), 'text/csv', floorsCsv(leak))}
        picture={<FloorPicture leak={leak} />}
      />
      {!isOld && (
        <p className="text-right text-xs text-muted">
          judged at <Instant ms={judgedAtMs} />, every 5 min over 24 h
        </p>
      )}
    </div>
  );
}
