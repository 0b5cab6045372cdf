'use client';

import { useQuery } from '@tanstack/react-query';
import { FilterInput } from '#components/frame/filter-input.tsx';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { LEVEL_SHAPES } from '#components/status/level-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { SignalList } from '#lib/api/system.ts';
import { signalsQuery } from '#lib/client/queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';
import { describeCompute } from '#lib/metrics/describe-compute.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type SignalInfo = SignalList['items'][number];

/** Every signal: what it means, how it is computed, its limits, where they come from. */
export function SignalsPage() {
  const { data, error, refetch } = useQuery(signalsQuery());
  const [query] = useUrlParam('q');
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const items = (data?.items ?? []).filter((signal) =>
    words.every((word) => `${signal.id} ${signal.title} ${signal.help} ${signal.source}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <PageHeader title="Signals" subtitle="Every number Headroom shows or judges, from one catalog">
        <FilterInput label="Filter signals" className="w-56" />
      </PageHeader>
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-96" />}
        {data !== undefined && items.length < data.items.length && (
          <p className="text-muted">
            {items.length} of {data.items.length} match
          </p>
        )}
        {(['engine', 'gpu'] as const).map((kind) => {
          const shown = items.filter((signal) => signal.kind === kind);
          if (shown.length === 0) return null;
          return (
            <Card key={kind} title={kind === 'engine' ? 'Engines' : 'GPUs'}>
              <ul className="divide-y divide-line">
                {shown.map((signal) => (
                  <SignalEntry key={signal.id} signal={signal} />
                ))}
              </ul>
            </Card>
          );
        })}
      </PageBody>
    </>
  );
}

function SignalEntry({ signal }: { signal: SignalInfo }) {
  const compute = findSignal(signal.id)?.compute;
  return (
    <li id={signal.id} className="grid gap-x-6 gap-y-1 px-3 py-2.5 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <div className="min-w-0">
        <h3 className="font-medium">{signal.title}</h3>
        <code className="text-xs break-all text-muted">{signal.id}</code>
        <p className="text-xs text-muted">
          {signal.unit.replaceAll('_', ' ')}, window {formatDurationMs(signal.windowMs)}
        </p>
      </div>
      <div className="min-w-0">
        <p>{signal.help}</p>
        <p className="mt-0.5 font-mono text-xs break-words text-muted">
          {compute === undefined ? signal.compute : describeCompute(compute, signal.windowMs)}
        </p>
        {(signal.bands.length > 0 || signal.targets.length > 0) && (
          <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
            {signal.bands.map((band) => (
              <li key={`${band.level}${band.from}`} className="inline-flex items-center gap-1">
                <Shape name={LEVEL_SHAPES[band.level === 'recommended' ? 'safe' : band.level]} size={10} />
                {band.label} {bandRange(band.from, band.to, signal)}
              </li>
            ))}
            {signal.targets.map((target) => (
              <li key={`${target.op}${target.value}`}>
                {target.label}: {target.op} {formatValue(target.value, signal.unit)}
              </li>
            ))}
          </ul>
        )}
        <p className="text-xs text-muted">Source: {signal.source}</p>
      </div>
    </li>
  );
}

function bandRange(from: number | null, to: number | null, signal: SignalInfo): string {
  const show = (value: number) => formatValue(value, signal.unit);
  if (to === null) return from === null ? '' : `≥ ${show(from)}`;
  if (from === null || from === 0) return `< ${show(to)}`;
  return `${show(from)} – ${show(to)}`;
}
