'use client';

import { type ReactNode, useMemo } from 'react';
import { MeterBar } from '#components/chart/meter-bar.tsx';
import { useKvCurrent, useKvValues } from '#components/kv-cache/kv-values.ts';
import { extremeOf, type KvVerdict, kvVerdict } from '#components/kv-cache/kv-verdict.ts';
import { PartialBadge } from '#components/panel/partial-badge.tsx';
import { useScope } from '#components/panel/scope.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { evictionWord, levelOf, throughputWord } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type Judged = 'kv_cache_utilization' | 'cache_hit_rate' | 'cache_eviction_rate';

/** What report 002's dashboard holds, for one engine or for the shown ones together. Of several the worst is told: a mean hides it. */
export function KvGlance({ chosen, names }: { chosen: readonly Subject[]; names: ReadonlyMap<number, string> }) {
  const current = useKvCurrent();
  const scope = useScope();
  const { value, reason, partial } = useKvValues(chosen, scope?.group === 'fleet', current);
  const several = chosen.length > 1;
  const verdict = useMemo(() => kvVerdict(chosen, current), [chosen, current]);
  const [single] = chosen;
  const judged = (signal: Judged, side: 'highest' | 'lowest') => {
    const extreme = several ? extremeOf(chosen, current, signal, side) : null;
    const shown = several ? (extreme?.value ?? null) : value(signal);
    const together = formatValue(value(signal), 'ratio');
    const word = signal === 'kv_cache_utilization' ? 'mean' : 'together';
    return {
      shown,
      level: levelOf(signal, shown),
      suffix: several ? `, ${side}` : '',
      note: shown === null ? reason(signal) : extreme === null ? '' : `${names.get(extreme.id)}; ${word} ${together}`,
    };
  };
  const utilization = judged('kv_cache_utilization', 'highest');
  const hits = judged('cache_hit_rate', 'lowest');
  const evictions = judged('cache_eviction_rate', 'highest');
  const drop = several ? extremeOf(chosen, current, 'throughput_drop', 'highest') : null;
  const slowest = several ? (drop?.id ?? null) : (single?.id ?? null);
  const answers = chosen.some(({ health }) => health.state === 'ok');
  const throughput = !answers ? 'unknown' : slowest === null ? 'no baseline yet' : throughputText(slowest, current);
  return (
    <Card
      title={several ? 'At a glance' : `At a glance: ${single === undefined ? '' : names.get(single.id)}`}
      actions={partial === null ? null : <PartialBadge of={partial.of} missing={partial.missing} kind="engine" />}
    >
      <dl className="px-3 pb-3">
        <Row
          term={`Cache utilisation${utilization.suffix}`}
          note={utilization.note}
          bar={
            <MeterBar
              value={utilization.shown}
              label="Cache utilisation"
              level={utilization.level}
              signalId="kv_cache_utilization"
            />
          }
        >
          {formatValue(utilization.shown, 'ratio')}
        </Row>
        <Row
          term={`Hit rate${hits.suffix}`}
          note={hits.note}
          bar={<MeterBar value={hits.shown} label="Hit rate" level={hits.level} signalId="cache_hit_rate" />}
        >
          {formatValue(hits.shown, 'ratio')}
        </Row>
        <Row
          term={`Evictions${evictions.suffix}`}
          note={
            several && evictions.shown !== null && evictions.shown > 0
              ? `preempted share; ${evictions.note}`
              : 'preempted share of finished requests'
          }
        >
          {formatValue(evictions.shown, 'ratio')} ({evictionWord(evictions.shown)})
        </Row>
        <Row
          term="Throughput"
          note={drop === null || drop.value === 0 ? '' : `lowest against its baseline: ${names.get(drop.id)}`}
        >
          {formatValue(value('requests_per_second'), 'requests_per_second')} ({throughput})
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
              {verdict.level === 'unknown' ? 'utilisation is unknown' : causeText(verdict, several, names)}
            </span>
            {verdict.level !== 'unknown' && verdict.unknown > 0 && (
              <span className="block text-xs">
                not known of {verdict.unknown} of {chosen.length} engines
              </span>
            )}
          </dt>
          <dd>
            <LevelStatus level={verdict.level} />
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
    <div className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 py-1">
      <dt>{term}</dt>
      <dd className="text-right font-medium text-balance">{children}</dd>
      {note !== undefined && note !== '' && (
        <dd title={note} className="col-span-2 truncate text-xs text-muted">
          {note}
        </dd>
      )}
      {bar !== undefined && <dd className="col-span-2 pt-1">{bar}</dd>}
    </div>
  );
}

function throughputText(id: number, current: CurrentIndex): string {
  return throughputWord(current.value(id, 'throughput_drop'), current.value(id, 'queue_depth'));
}

function causeText({ causes, id }: KvVerdict, several: boolean, names: ReadonlyMap<number, string>): string {
  if (causes.length === 0) return '';
  const whose = several && id !== null ? ` of ${names.get(id)}` : '';
  return `by ${causes.join(', ')}${whose}`;
}
