'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { Shape } from '#components/status/shape.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { sinceMs } from '#lib/client/alert-order.ts';
import { placeHref } from '#lib/client/alert-place.ts';
import { limitText, quietHref, quietText, valueText } from '#lib/client/alert-words.ts';
import { useNowMs } from '#lib/client/now.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import { formatValue, isWords } from '#lib/metrics/unit.ts';

/** The four questions of three in the morning, in their order. */
export function AlertAnswers({ alert }: { alert: AlertDetail }) {
  return (
    <section
      aria-label="In short"
      className="grid grid-cols-1 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 xl:grid-cols-4"
    >
      <Answer question={alert.state === 'resolved' ? 'What was broken' : 'What is broken'}>
        <WhatIsBroken alert={alert} />
      </Answer>
      <Answer question="Since when">
        <SinceWhen alert={alert} />
      </Answer>
      <Answer question="Is anybody on it">
        <WhoHasIt alert={alert} />
      </Answer>
      <Answer question="What to do">
        <p className="font-medium [overflow-wrap:anywhere]">
          {alert.ruleText.remedy === '' ? 'The rule names no remedy.' : alert.ruleText.remedy}
        </p>
        {alert.action !== '' && (
          <p className="mt-1">
            <Badge>
              action: <code>{alert.action}</code>
            </Badge>
          </p>
        )}
      </Answer>
    </section>
  );
}

function Answer({ question, children }: { question: string; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-surface px-3 py-2.5">
      <h2 className="text-xs text-muted">{question}</h2>
      <div className="mt-0.5">{children}</div>
    </div>
  );
}

function WhatIsBroken({ alert }: { alert: AlertDetail }) {
  const { vram, unit, peakValue, firedValue } = alert;
  const value = valueText(alert);
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2">
        {value !== '' && <span className="text-xl font-semibold">{value}</span>}
        {value !== '' && <span className="text-muted">{limitText(alert)}</span>}
        {value === '' && <span className="font-semibold">{alert.title}</span>}
      </p>
      <p className="[overflow-wrap:anywhere]">
        <Link href={placeHref(alert)} className="underline">
          {alert.subjectName}
        </Link>
      </p>
      {!isWords(unit) && (firedValue !== null || peakValue !== null) && (
        <p className="text-xs text-muted">
          fired at {formatValue(firedValue, unit)}, worst {formatValue(peakValue, unit)}
        </p>
      )}
      {vram !== null && (
        <p className="mt-1 text-xs">
          <strong className="font-medium">Judged: memory above the engine’s floor</strong> of{' '}
          {formatValue(vram.floorBytes, 'bytes')}. The exporter prints {formatValue(vram.printedUtilization, 'ratio')}{' '}
          used, with what vLLM reserved at its start; that is not judged.
        </p>
      )}
      {alert.flapping && (
        <p className="mt-1 text-xs">Flapping: came and went {alert.changes} times. Messages are held back.</p>
      )}
    </>
  );
}

function SinceWhen({ alert }: { alert: AlertDetail }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  const from = sinceMs(alert);
  const lasted = describeDurationMs(Math.max(0, (alert.resolvedAtMs ?? nowMs) - from));
  return (
    <>
      <p className="text-xl font-semibold">
        {lasted} <span className="text-sm font-normal text-muted">{alert.state === 'resolved' ? 'in all' : ''}</span>
      </p>
      <p title={utc ? undefined : `${instantLabel(from, true)} UTC`}>
        {alert.firedAtMs === null ? 'pending' : 'fired'} {instantLabel(from, utc)}
        {utc ? ' UTC' : ''}
      </p>
      <p className="text-xs text-muted">
        {alert.state === 'resolved' && alert.resolvedAtMs !== null
          ? `ended ${instantLabel(alert.resolvedAtMs, utc)}: ${endWords(alert)}`
          : alert.ruleText.forMs === 0
            ? 'fires at once'
            : `must hold for ${describeDurationMs(alert.ruleText.forMs)}`}
      </p>
    </>
  );
}

function endWords({ endReason }: AlertDetail): string {
  const words = {
    recovered: 'recovered',
    'not-fired': 'went away before it fired',
    absent: 'its data ended (the rule resolves on absence)',
    'target-removed': 'its target was removed, not known to be healthy',
    'channel-removed': 'its channel was removed or switched off, not known to work',
    'rule-removed': 'its rule was removed, not known to be healthy',
    'rule-disabled': 'its rule was turned off, not known to be healthy',
    'rule-changed': 'its rule was changed',
  } as const;
  return endReason === null ? '' : words[endReason];
}

function WhoHasIt({ alert }: { alert: AlertDetail }) {
  const nowMs = useNowMs();
  const [utc] = useUtc();
  if (nowMs === null) return null;
  const quiet = quietText(alert, nowMs, utc);
  const href = quietHref(alert);
  const nobody = alert.owner === null && alert.handling.state === 'open';
  return (
    <>
      <p className="flex items-start gap-1.5 text-base font-semibold [overflow-wrap:anywhere]">
        {nobody && alert.state !== 'resolved' && <Shape name="warning" className="mt-1.5" />}
        {alert.owner ?? alert.ack?.by ?? (alert.state === 'resolved' ? 'Nobody took it' : 'Nobody yet')}
      </p>
      {quiet !== '' && (
        <p className="[overflow-wrap:anywhere]">
          {href === null ? (
            quiet
          ) : (
            <Link href={href} className="underline">
              {quiet}
            </Link>
          )}
        </p>
      )}
      {alert.next !== '' && <p className="text-xs text-muted">Next: {alert.next}</p>}
    </>
  );
}
