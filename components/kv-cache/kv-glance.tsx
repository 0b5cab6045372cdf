'use client';

import type { ReactNode } from 'react';
import { MeterBar } from '#components/chart/meter-bar.tsx';
import { useKvCurrent, useKvValues } from '#components/kv-cache/kv-values.ts';
import { PartialBadge } from '#components/panel/partial-badge.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import {
  evictionWord,
  type Level,
  levelOf,
  throughputLevel,
  throughputWord,
  worstLevel,
} from '#lib/client/band-level.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** What report 002's dashboard holds, for one engine or for the shown ones together. */
export function KvGlance({ chosen, names }: { chosen: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const current = useKvCurrent();
  const { value, reason, partial } = useKvValues(chosen, current);
  const fullest = fullestOf(chosen, (id) => current.value(id, 'kv_cache_utilization'));
  const several = chosen.length > 1;
  const utilization = several ? (fullest?.value ?? null) : value('kv_cache_utilization');
  const [hits, evictions, drop] = [value('cache_hit_rate'), value('cache_eviction_rate'), value('throughput_drop')];
  const levels: readonly (readonly [string, Level])[] = [
    ['utilisation', levelOf('kv_cache_utilization', utilization)],
    ['hit rate', levelOf('cache_hit_rate', hits)],
    ['evictions', levelOf('cache_eviction_rate', evictions)],
    ['throughput', throughputLevel(drop, value('queue_depth'))],
  ];
  // Without a utilisation nothing can be called healthy, whatever the rest says.
  const status = utilization === null ? 'unknown' : worstLevel(levels.map(([, level]) => level));
  const causes = levels.filter(([, level]) => level === status && status !== 'safe').map(([name]) => name);
  const single = chosen[0];
  return (
    <Card
      title={several ? 'At a glance' : `At a glance: ${single === undefined ? '' : names.get(single.id)}`}
      actions={partial === null ? null : <PartialBadge of={partial.of} missing={partial.missing} kind="engine" />}
    >
      <dl className="px-3 pb-3">
        <Row
          term={several ? 'Cache utilisation, highest' : 'Cache utilisation'}
          note={
            several && fullest !== null
              ? `${names.get(fullest.id)}; mean ${formatValue(value('kv_cache_utilization'), 'ratio')}`
              : undefined
          }
          bar={
            <MeterBar
              value={utilization}
              label="Cache utilisation"
              level={levelOf('kv_cache_utilization', utilization)}
              signalId="kv_cache_utilization"
            />
          }
        >
          {formatValue(utilization, 'ratio')}
        </Row>
        <Row
          term="Hit rate"
          note={hits === null ? reason('cache_hit_rate') : undefined}
          bar={
            <MeterBar value={hits} label="Hit rate" level={levelOf('cache_hit_rate', hits)} signalId="cache_hit_rate" />
          }
        >
          {formatValue(hits, 'ratio')}
        </Row>
        <Row term="Evictions" note="preempted share of finished requests">
          {formatValue(evictions, 'ratio')} ({evictionWord(evictions)})
        </Row>
        <Row term="Throughput">
          {formatValue(value('requests_per_second'), 'requests_per_second')} (
          {throughputWord(drop, value('queue_depth'))})
        </Row>
        <Row term="Active sequences">{formatValue(value('running_requests'), 'requests')}</Row>
        <Row
          term="Max sequence length"
          note={
            value('max_sequence_tokens') === null ? reason('max_sequence_tokens') : 'upper bound of the longest prompt'
          }
        >
          {formatValue(value('max_sequence_tokens'), 'count')}
        </Row>
        <Row
          term="Average batch"
          note={value('iteration_tokens_mean') === null ? reason('iteration_tokens_mean') : undefined}
        >
          {formatValue(value('iteration_tokens_mean'), 'count')} tok/step
        </Row>
        <div className="mt-2 flex items-center justify-between border-t border-line pt-2 text-base font-semibold">
          <dt>
            Status
            <span className="block text-xs font-normal text-muted">
              {utilization === null ? 'utilisation is unknown' : causes.length === 0 ? '' : `by ${causes.join(', ')}`}
            </span>
          </dt>
          <dd>
            <LevelStatus level={status} />
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function Row({
  term,
  note,
  bar,
  children,
}: {
  term: string;
  note?: string | undefined;
  bar?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 py-1">
      <dt className="min-w-0">
        {term}
        {note !== undefined && note !== '' && (
          <span title={note} className="block truncate text-xs text-muted">
            {note}
          </span>
        )}
      </dt>
      <dd className="text-right font-medium whitespace-nowrap">{children}</dd>
      {bar !== undefined && <dd className="col-span-2 pt-1">{bar}</dd>}
    </div>
  );
}

function fullestOf(
  chosen: readonly Subject[],
  shareOf: (id: number) => number | null,
): { readonly id: number; readonly value: number } | null {
  let fullest: { id: number; value: number } | null = null;
  for (const { id } of chosen) {
    const value = shareOf(id);
    if (value !== null && (fullest === null || value > fullest.value)) fullest = { id, value };
  }
  return fullest;
}
