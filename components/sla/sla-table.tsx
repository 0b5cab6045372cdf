'use client';

import { MeterBar } from '#components/chart/meter-bar.tsx';
import { NameCell } from '#components/fleet/subject-cell.tsx';
import { LevelStatus } from '#components/status/level-status.tsx';
import { Card } from '#components/ui/card.tsx';
import { type Column, Table } from '#components/ui/table.tsx';
import type { SlaEngine } from '#lib/api/sla.ts';
import type { Level } from '#lib/client/band-level.ts';
import {
  BASIS_WORDS,
  budgetLevel,
  budgetText,
  burnLevel,
  LATENCY_WORDS,
  PROMISED_BY_WORDS,
  promiseText,
  shareText,
  slaCountsText,
  slaLevel,
} from '#lib/client/sla-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const HOUR_MS = 3_600_000;
const AVAILABLE = 0.999;

/** Every engine's promise in one row: was it kept, what is left of it, how fast that goes. */
export function SlaTable({ engines, names }: { engines: readonly SlaEngine[]; names: ReadonlyMap<number, string> }) {
  const columns: readonly Column<SlaEngine>[] = [
    {
      id: 'engine',
      title: 'Engine',
      heading: true,
      cell: ({ id, name, promise }) => (
        <div className="py-1">
          <NameCell kind="engine" id={id} name={name} text={names.get(id) ?? name} />
          <Below text={`${promiseText(promise)} (${PROMISED_BY_WORDS[promise.promisedBy]})`} wraps />
        </div>
      ),
    },
    {
      id: 'sla',
      title: 'SLA, 24 h',
      cell: (engine) => (
        <div className="py-1">
          <LevelStatus level={slaLevel(engine)} word={formatValue(engine.sla.compliance, 'ratio')} />
          <Below text={`${BASIS_WORDS[engine.sla.basis]}: ${engine.sla.reason || slaCountsText(engine)}`} wraps />
        </div>
      ),
    },
    {
      id: 'availability',
      title: 'Available, 24 h',
      cell: ({ availability }) => (
        <LevelStatus level={availabilityLevel(availability)} word={formatValue(availability, 'ratio')} />
      ),
    },
    {
      id: 'goodput',
      title: 'Goodput, 1 h',
      cell: ({ goodput }) => (
        <div className="py-1">
          {shareText(goodput.atLeast, goodput.atMost)}
          {goodput.latencies.map(({ name, seconds, atLeast, atMost }) => (
            <Below
              key={name}
              text={`${LATENCY_WORDS[name]} ≤ ${formatValue(seconds, 'seconds')}: ${shareText(atLeast, atMost)}`}
            />
          ))}
        </div>
      ),
    },
    {
      id: 'budget',
      title: 'Error budget',
      cell: ({ budget, promise }) => (
        <div className="py-1">
          <LevelStatus level={budgetLevel(budget.left)} word={budgetText(budget)} />
          {budget.left !== null && (
            <>
              <MeterBar
                value={budget.left}
                label="Error budget left"
                level={budgetLevel(budget.left)}
                className="h-1.5 w-full max-w-40"
              />
              <Below
                text={`${formatValue(budget.slow, 'requests')} of ${formatValue(budget.requests, 'requests')} slow in ${Math.round(promise.windowMs / 86_400_000)} d`}
              />
            </>
          )}
        </div>
      ),
    },
    {
      id: 'burn',
      title: 'Burn rate',
      cell: ({ burn }) => (
        <div className="py-1">
          <LevelStatus level={burnLevel(burn)} word={`${rateText(burn, HOUR_MS)} in 1 h`} />
          <Below text={`${rateText(burn, 6 * HOUR_MS)} in 6 h, ${rateText(burn, 24 * HOUR_MS)} in 1 d`} />
        </div>
      ),
    },
  ];
  return (
    <Card title="By engine">
      <Table caption="SLA by engine" columns={columns} rows={engines} rowKey={({ id }) => id} />
    </Card>
  );
}

function rateText(burn: SlaEngine['burn'], windowMs: number): string {
  return formatValue(burn.find((each) => each.windowMs === windowMs)?.rate, 'multiple');
}

/** 001: at least 99.9 %. */
function availabilityLevel(share: number | null): Level {
  if (share === null) return 'unknown';
  return share >= AVAILABLE ? 'safe' : 'warning';
}

function Below({ text, wraps = false }: { text: string; wraps?: boolean }) {
  return <span className={`block text-xs text-muted ${wraps ? 'max-w-72' : ''}`}>{text}</span>;
}
