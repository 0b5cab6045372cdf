'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Instant } from '#components/status/instant.tsx';
import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { DeliveryView } from '#lib/api/alerts.ts';
import { retryDelivery } from '#lib/client/alert-mutations.ts';
import { toProblem } from '#lib/client/problem.ts';

const STATES: Record<DeliveryView['state'], { shape: ShapeName; word: string }> = {
  waiting: { shape: 'pending', word: 'waiting' },
  retrying: { shape: 'warning', word: 'failed, is tried again' },
  sent: { shape: 'ok', word: 'sent' },
  dead: { shape: 'danger', word: 'given up' },
  cancelled: { shape: 'muted', word: 'cancelled' },
};

/** One message: its state, the receiver's last answer, and a way to send it again. */
export function DeliveryRow({ delivery, showChannel = true }: { delivery: DeliveryView; showChannel?: boolean }) {
  const client = useQueryClient();
  const toast = useToast();
  const retry = useMutation(retryDelivery(client));
  const { shape, word } = STATES[delivery.state];
  const { lastStatus, lastAnswer } = delivery;
  return (
    <li className="py-1.5">
      <p className="flex flex-wrap items-center gap-x-2">
        <Shape name={shape} />
        <span>
          {delivery.kind}
          {showChannel && (
            <>
              {' '}
              to <strong className="font-medium">{delivery.channel.name}</strong>
            </>
          )}{' '}
          {word}
        </span>
        <span className="text-muted">
          <Instant ms={delivery.sentAtMs ?? delivery.createdAtMs} />
          {delivery.tries > 1 && `, ${delivery.tries} tries`}
        </span>
        {delivery.state === 'dead' && (
          <Button
            className="ml-auto h-6"
            disabled={retry.isPending}
            onClick={() =>
              retry.mutate(delivery.id, {
                onSuccess: () => toast('It is sent again, under its old id'),
                onError: (error) => toast(toProblem(error).detail),
              })
            }
          >
            Send again
          </Button>
        )}
      </p>
      {(lastStatus !== null || lastAnswer !== null) && (
        <p className="text-xs text-muted [overflow-wrap:anywhere]">
          {lastStatus !== null && `HTTP ${lastStatus} `}
          {lastAnswer}
        </p>
      )}
      {delivery.nextTryMs !== null && delivery.state === 'retrying' && (
        <p className="text-xs text-muted">
          next try <Instant ms={delivery.nextTryMs} />
        </p>
      )}
    </li>
  );
}
