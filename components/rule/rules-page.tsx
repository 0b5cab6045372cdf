'use client';

import { useQuery } from '@tanstack/react-query';
import { Download, Plus, Upload } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { FilterInput } from '#components/frame/filter-input.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { ImportDialog } from '#components/rule/import-dialog.tsx';
import { RuleTable } from '#components/rule/rule-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Menu, MenuItem } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { RuleView } from '#lib/api/rules.ts';
import { exportHref, rulesQuery } from '#lib/client/rule-queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

const PACK_TITLES: Readonly<Record<string, string>> = {
  own: 'Own rules',
  file: 'From headroom.yaml',
  reports: 'Pack: the five reports',
  collection: 'Pack: collection',
  gpu: 'Pack: GPU hardware',
};

const groupOf = (rule: RuleView): string => rule.pack ?? (rule.origin === 'file' ? 'file' : 'own');

/** Every rule by where it comes from, with what it says right now. */
export function RulesPage() {
  const { data, error, refetch } = useQuery(rulesQuery(10_000));
  const [query, setQuery] = useUrlParam('q');
  const [importing, setImporting] = useState(false);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const items = (data?.items ?? []).filter((rule) => {
    const text = `${rule.id} ${rule.title} ${rule.expr} ${rule.severity} ${rule.source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = Object.keys(PACK_TITLES)
    .map((key) => ({ key, rules: items.filter((rule) => groupOf(rule) === key) }))
    .filter(({ rules }) => rules.length > 0);
  const download = (href: string) => window.location.assign(href);
  return (
    <>
      <PageHeader title="Rules" subtitle="What is judged, by which limits, and what they say now">
        <FilterInput label="Filter rules" className="w-40" />
        <Menu
          trigger={
            <Button>
              <Download size={14} aria-hidden />
              Export
            </Button>
          }
        >
          <MenuItem onSelect={() => download(exportHref('prometheus'))}>Prometheus rules, relative limits</MenuItem>
          <MenuItem onSelect={() => download(exportHref('prometheus', 'literal'))}>
            Prometheus rules, limits as the reports print them
          </MenuItem>
          <MenuItem onSelect={() => download(exportHref('headroom'))}>headroom.yaml</MenuItem>
        </Menu>
        <Button onClick={() => setImporting(true)}>
          <Upload size={14} aria-hidden />
          Import
        </Button>
        <Link
          href="/rules/new"
          className="inline-flex h-8 items-center gap-1.5 rounded-md bg-accent px-3 text-sm font-medium text-accent-text hover:opacity-90"
        >
          <Plus size={15} aria-hidden />
          New rule
        </Link>
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-96" />}
        {data !== undefined && items.length === 0 && (
          <Card className="px-3 py-6 text-center">
            <p>{query === '' ? 'There is no rule.' : `0 of ${data.items.length} rules match.`}</p>
            {query !== '' && (
              <Button className="mt-2" onClick={() => setQuery(null, 'replace')}>
                Clear the filter
              </Button>
            )}
          </Card>
        )}
        {groups.map(({ key, rules }) => (
          <Card
            key={key}
            title={`${PACK_TITLES[key]} (${rules.filter(({ enabled }) => enabled).length} of ${rules.length} on)`}
          >
            <RuleTable rules={rules} caption={PACK_TITLES[key] ?? key} />
          </Card>
        ))}
      </PageBody>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
