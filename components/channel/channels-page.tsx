'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { ChannelCard } from '#components/channel/channel-card.tsx';
import { ChannelDialog } from '#components/channel/channel-dialog.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { ChannelView } from '#lib/api/channels.ts';
import { channelsQuery } from '#lib/client/channel-queries.ts';

/** Who is told of alerts, and whether telling works. */
export function ChannelsPage() {
  const { data, error, refetch } = useQuery(channelsQuery());
  const [editing, setEditing] = useState<ChannelView | 'new' | null>(null);
  return (
    <>
      <PageHeader title="Channels" subtitle="Who is told of alerts, and whether it arrives">
        <Button variant="primary" onClick={() => setEditing('new')}>
          <Plus size={15} aria-hidden />
          New channel
        </Button>
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-64" />}
        {data?.items.length === 0 && (
          <Card className="max-w-2xl px-3 py-4">
            <p className="font-medium">Nobody is told</p>
            <p className="mt-1">
              Alerts are shown here only. Add a webhook, Slack, PagerDuty, email or an Alertmanager, and send a test.
            </p>
            <p className="mt-3">
              <Button variant="primary" onClick={() => setEditing('new')}>
                Add a channel
              </Button>
            </p>
          </Card>
        )}
        {data?.items.map((channel) => (
          <ChannelCard key={channel.id} channel={channel} onEdit={() => setEditing(channel)} />
        ))}
      </PageBody>
      {editing !== null && (
        <ChannelDialog channel={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </>
  );
}
