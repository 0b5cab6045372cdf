'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { MaintenanceCard } from '#components/silence/maintenance-card.tsx';
import { SilenceDialog } from '#components/silence/silence-dialog.tsx';
import { SilenceTable } from '#components/silence/silence-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { silencesQuery } from '#lib/client/silence-queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** What is muted, by whom, why and until when; and when maintenance is. `?add=host=gpu-01` opens the form filled. */
export function SilencesPage() {
  const { data, error, refetch } = useQuery(silencesQuery());
  const [add, setAdd] = useUrlParam('add');
  const [ended, setEnded] = useUrlParam('ended');
  const items = data?.items ?? [];
  const open = items.filter(({ state }) => state !== 'ended');
  const shown = ended === '1' ? items : open;
  return (
    <>
      <PageHeader title="Silences" subtitle="What is muted, by whom, why and until when">
        <Button variant="primary" onClick={() => setAdd('new')}>
          <Plus size={15} aria-hidden />
          New silence
        </Button>
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-64" />}
        {data !== undefined && (
          <Card
            title={`Silences (${open.length})`}
            actions={
              <Chip pressed={ended === '1'} onClick={() => setEnded(ended === '1' ? null : '1', 'replace')}>
                with ended ones ({items.length - open.length})
              </Chip>
            }
          >
            {shown.length === 0 ? (
              <p className="px-3 pb-3 text-muted">
                Nothing is muted. Mute from an alert with <kbd>m</kbd>, or here by labels.
              </p>
            ) : (
              <SilenceTable silences={shown} />
            )}
          </Card>
        )}
        <MaintenanceCard />
      </PageBody>
      {add !== '' && <SilenceDialog matchers={add === 'new' ? '' : add} onClose={() => setAdd(null, 'replace')} />}
    </>
  );
}
