'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { KIND_TITLES } from '#components/channel/channel-form-state.ts';
import { DeliveryRow } from '#components/channel/delivery-row.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { Age } from '#components/status/age.tsx';
import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Switch } from '#components/ui/switch.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { printMatchers } from '#lib/alerts/matchers.ts';
import type { ChannelTest, ChannelView } from '#lib/api/channels.ts';
import { changeChannel, deleteChannel, deliveriesQuery, testChannel } from '#lib/client/channel-queries.ts';
import { toProblem } from '#lib/client/problem.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

/** One channel: whether it works, what it is told, a test with the receiver's own answer, and what was sent. */
export function ChannelCard({ channel, onEdit }: { channel: ChannelView; onEdit: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const test = useMutation(testChannel(client));
  const change = useMutation(changeChannel(client));
  const remove = useMutation(deleteChannel(client));
  const onError = (error: unknown) => toast(toProblem(error).detail);
  const isOwn = channel.origin === 'user';
  return (
    <Card
      title={
        <span className="inline-flex flex-wrap items-center gap-2">
          {channel.name} <Badge>{KIND_TITLES[channel.kind]}</Badge>
          {!isOwn && <Badge>from headroom.yaml</Badge>}
        </span>
      }
      actions={
        <>
          {isOwn && (
            <Switch
              label={`${channel.name} is in use`}
              checked={channel.enabled}
              disabled={change.isPending}
              onChange={(enabled) => change.mutate({ id: channel.id, patch: { enabled } }, { onError })}
            />
          )}
          <Button className="h-7" disabled={test.isPending} onClick={() => test.mutate(channel.id, { onError })}>
            {test.isPending ? 'Sending…' : 'Send a test'}
          </Button>
          {isOwn && (
            <>
              <Button className="h-7" variant="quiet" onClick={onEdit}>
                Change…
              </Button>
              <Button className="h-7" variant="quiet" onClick={() => setAsking(true)}>
                Delete…
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="space-y-2 px-3 pb-3">
        <ChannelState channel={channel} />
        <p className="text-muted">{toldText(channel)}</p>
        {test.data !== undefined && <TestAnswer test={test.data} />}
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="inline-flex min-h-6 items-center underline"
        >
          {open ? 'Hide' : 'Show'} what was sent
        </button>
        {open && <Deliveries channel={channel.id} />}
      </div>
      {asking && (
        <ConfirmDialog
          title={`Delete ${channel.name}?`}
          word="Delete"
          pending={remove.isPending}
          problem={remove.error?.message ?? null}
          onConfirm={() =>
            remove.mutate(channel.id, {
              onSuccess: () => {
                setAsking(false);
                toast(`${channel.name} is deleted`);
              },
            })
          }
          onClose={() => setAsking(false)}
        >
          It is told nothing more. What was sent stays in the alerts' history.
        </ConfirmDialog>
      )}
    </Card>
  );
}

function ChannelState({ channel }: { channel: ChannelView }) {
  const { ok, waiting, dead, lastSentMs, lastError } = channel.state;
  const [shape, word]: readonly [ShapeName, string] = !channel.enabled
    ? ['paused', 'Off']
    : ok === null
      ? ['unknown', 'Untried: send a test']
      : ok
        ? ['ok', 'Works']
        : ['danger', 'Fails'];
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="inline-flex items-center gap-1.5">
          <Shape name={shape} />
          {word}
        </span>
        {lastSentMs !== null && (
          <span className="text-muted">
            last sent <Age atMs={lastSentMs} />
          </span>
        )}
        {waiting > 0 && <span>{waiting} waiting</span>}
        {dead > 0 && (
          <span className="inline-flex items-center gap-1">
            <Shape name="danger" size={10} />
            {dead} given up
          </span>
        )}
      </p>
      {lastError !== null && ok !== true && (
        <p className="text-xs [overflow-wrap:anywhere]">Last answer: {lastError}</p>
      )}
    </>
  );
}

function toldText({ kind, filter, settings }: ChannelView): string {
  if (kind === 'heartbeat') return `Called every ${String(settings.interval_s ?? 60)} s while everything works.`;
  const matching = filter.matchers.length === 0 ? 'all alerts' : `alerts with ${printMatchers(filter.matchers)}`;
  const repeat =
    filter.repeatIntervalS === 0 ? 'never again' : `again every ${describeDurationMs(filter.repeatIntervalS * 1000)}`;
  return `Told of ${matching} from ${filter.minSeverity} on, ${repeat}, ${filter.sendResolved ? 'also' : 'not'} when they resolve${filter.sendAcked && kind !== 'alertmanager' ? ', and who acknowledges' : ''}.`;
}

/** What the receiver said, word for word. */
function TestAnswer({ test }: { test: ChannelTest }) {
  return (
    <Notice tone={test.ok ? 'info' : 'danger'}>
      <p role="status">
        <strong className="font-medium">
          {test.ok ? 'The receiver took it' : 'The receiver did not take it'}
          {test.status !== null && `: HTTP ${test.status}`}
        </strong>{' '}
        after {describeDurationMs(test.durationMs)}
      </p>
      {test.answer !== '' && (
        <pre className="mt-1 max-h-32 overflow-y-auto font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
          {test.answer}
        </pre>
      )}
      {test.sent !== '' && (
        <details className="mt-1">
          <summary className="min-h-6 text-xs">What was sent</summary>
          <pre className="max-h-48 overflow-y-auto font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
            {test.sent}
          </pre>
        </details>
      )}
    </Notice>
  );
}

function Deliveries({ channel }: { channel: number }) {
  const { data, error, refetch } = useQuery(deliveriesQuery(channel));
  if (error !== null) return <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />;
  if (data === undefined) return <p className="text-muted">Loading…</p>;
  if (data.items.length === 0) return <p className="text-muted">Nothing yet.</p>;
  return (
    <ul className="max-h-96 divide-y divide-line overflow-y-auto">
      {data.items.map((delivery) => (
        <DeliveryRow key={delivery.id} delivery={delivery} showChannel={false} />
      ))}
    </ul>
  );
}
