'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Onboarding } from '#components/fleet/onboarding.tsx';
import { FilterInput } from '#components/frame/filter-input.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { TargetDialog } from '#components/target/target-dialog.tsx';
import { TargetTable } from '#components/target/target-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { targetsQuery } from '#lib/client/queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** What is polled and how well. `?add=1` opens the form, so that other pages can link to it. */
export function TargetsPage() {
  const { data, error, refetch } = useQuery(targetsQuery());
  const [add, setAdd] = useUrlParam('add');
  const [query, setQuery] = useUrlParam('q');
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const items = (data?.items ?? []).filter(({ name, url, source, labels }) => {
    const text = `${name} ${url ?? ''} ${source} ${Object.entries(labels).flat().join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      <PageHeader title="Targets" subtitle="What is polled, and how well it answers">
        <FilterInput label="Filter targets" className="w-44" />
        <Button variant="primary" onClick={() => setAdd('1')}>
          <Plus size={15} aria-hidden />
          Add a target
        </Button>
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-80" />}
        {data?.items.length === 0 && <Onboarding />}
        {data !== undefined && data.items.length > 0 && (
          <Card
            title={`Targets (${data.items.length})`}
            actions={
              query !== '' && (
                <span className="text-muted">
                  {items.length} of {data.items.length} match{' '}
                  <Button variant="quiet" className="h-6 px-1.5" onClick={() => setQuery(null, 'replace')}>
                    clear
                  </Button>
                </span>
              )
            }
          >
            <TargetTable targets={items} />
          </Card>
        )}
      </PageBody>
      {add === '1' && <TargetDialog onClose={() => setAdd(null, 'replace')} />}
    </>
  );
}
