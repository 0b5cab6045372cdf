import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { cx } from '#components/ui/class-names.ts';
import type { AlertSummary } from '#lib/api/alerts.ts';
import { SEVERITY_WORDS, STATE_WORDS } from '#lib/client/alert-words.ts';
import type { Severity } from '#lib/rules/rule.ts';

export const SEVERITY_SHAPES: Readonly<Record<Severity, ShapeName>> = {
  critical: 'danger',
  warning: 'warning',
  caution: 'caution',
  info: 'info',
};

type Shown = Pick<AlertSummary, 'state' | 'severity' | 'handling' | 'data'>;

function shapeOf({ state, severity }: Shown): ShapeName {
  if (state === 'resolved') return 'ok';
  if (state === 'pending') return 'pending';
  return state === 'recovering' ? 'recovering' : SEVERITY_SHAPES[severity];
}

const QUIET_WORDS = { open: '', acked: 'acked', muted: 'muted', inhibited: 'inhibited' } as const;

/** "Critical", "Pending, warning", "Critical, acked": the shape is half filled when somebody has it. */
export function alertStatusWord({ state, severity, handling }: Shown): string {
  const lead = state === 'firing' ? SEVERITY_WORDS[severity] : STATE_WORDS[state];
  const parts = [
    ...(state === 'firing' ? [] : [severity]),
    ...(handling.state === 'open' || state === 'resolved' ? [] : [QUIET_WORDS[handling.state]]),
  ];
  return [lead, ...parts].join(', ');
}

export function AlertStatus({ alert, stacked = false }: { alert: Shown; stacked?: boolean }) {
  const { state, severity, handling, data } = alert;
  const isQuiet = handling.state !== 'open' && state !== 'resolved';
  const lead = state === 'firing' ? SEVERITY_WORDS[severity] : STATE_WORDS[state];
  const rest = alertStatusWord(alert).slice(lead.length).replace(/^, /, '');
  return (
    <span className="inline-flex items-start gap-1.5">
      <Shape name={shapeOf(alert)} className={cx('mt-1', isQuiet && 'opacity-50')} />
      <span className={cx(stacked ? 'flex flex-col' : 'inline-flex flex-wrap gap-x-1.5')}>
        <span className={cx(state === 'firing' && !isQuiet && 'font-semibold')}>{lead}</span>
        {rest !== '' && (
          <span className="inline-flex items-center gap-1 text-xs text-muted">
            {handling.state === 'muted' && state !== 'resolved' && <Shape name="muted" size={9} />}
            {handling.state === 'inhibited' && state !== 'resolved' && <Shape name="inhibited" size={9} />}
            {rest}
          </span>
        )}
        {data.state !== 'ok' && state !== 'resolved' && (
          <span className="inline-flex items-center gap-1 text-xs">
            <Shape name={data.state === 'frozen' ? 'frozen' : 'no-data'} size={9} />
            {{ 'no-data': 'no data', frozen: 'frozen', error: 'not evaluated' }[data.state]}
          </span>
        )}
      </span>
    </span>
  );
}

/** "3 critical, 2 warning" with shapes. */
export function SeverityCounts({ counts }: { counts: Readonly<Partial<Record<string, number>>> }) {
  const order: readonly Severity[] = ['critical', 'warning', 'caution', 'info'];
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-0.5">
      {order.map((severity) =>
        (counts[severity] ?? 0) > 0 ? (
          <span key={severity} className="inline-flex items-center gap-1 whitespace-nowrap">
            <Shape name={SEVERITY_SHAPES[severity]} size={10} />
            {counts[severity]} {severity}
          </span>
        ) : null,
      )}
    </span>
  );
}
