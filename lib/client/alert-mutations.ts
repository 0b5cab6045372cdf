import { type InfiniteData, mutationOptions, type QueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type AckInput,
  type AlertFilter,
  type AlertList,
  type AlertSummary,
  BulkAckAnswer,
  DeliveryView,
} from '#lib/api/alerts.ts';
import { filterBody } from '#lib/client/alert-filter.ts';
import { jsonBody, request } from '#lib/client/http.ts';
import { personName } from '#lib/client/person.ts';

/** Answers of actions differ in detail; the pages read the alert again anyway. */
const Any = z.unknown();

export async function refreshAlerts(client: QueryClient): Promise<void> {
  await Promise.all(
    [['alerts'], ['silences'], ['maintenance']].map((queryKey) => client.invalidateQueries({ queryKey })),
  );
}

/** Not waited for: who acted must not wait for lists of thousands. */
function refreshSoon(client: QueryClient): void {
  void refreshAlerts(client);
}

type Ack = Omit<AckInput, 'version'> & { readonly version?: number };

export const ackAlert = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, ...ack }: Ack & { id: number }) => request(Any, `/alerts/${id}/ack`, jsonBody('POST', ack)),
    onSuccess: (_answer, { id, ...ack }) => showAcked(client, ({ id: other }) => other === id, ack),
    onSettled: () => refreshSoon(client),
  });

export type BulkAck = { readonly ids: readonly number[] } | { readonly filter: AlertFilter };

export const ackMany = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ what, ack }: { what: BulkAck; ack: Omit<Ack, 'version'> }) =>
      request(
        BulkAckAnswer,
        '/alerts/ack',
        jsonBody('POST', { ...ack, ...('ids' in what ? { ids: what.ids } : { filter: filterBody(what.filter) }) }),
      ),
    onSuccess: (_answer, { what, ack }) => {
      if (!('ids' in what)) return;
      const ids = new Set(what.ids);
      showAcked(client, ({ id }) => ids.has(id), ack);
    },
    onSettled: () => refreshSoon(client),
  });

export const unackAlert = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, version }: { id: number; version: number }) =>
      request(Any, `/alerts/${id}/unack`, jsonBody('POST', { version })),
    onSettled: () => refreshSoon(client),
  });

export const addNote = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, note }: { id: number; note: string }) =>
      request(Any, `/alerts/${id}/note`, jsonBody('POST', { note })),
    onSettled: () => refreshSoon(client),
  });

export const assignAlert = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, owner, version }: { id: number; owner: string | null; version: number }) =>
      request(Any, `/alerts/${id}/assign`, jsonBody('POST', { owner, version })),
    onSettled: () => refreshSoon(client),
  });

export const retryDelivery = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: string) => request(DeliveryView, `/deliveries/${id}/retry`, jsonBody('POST', {})),
    onSettled: () =>
      Promise.all([['alerts'], ['channels'], ['deliveries']].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });

/** The lists show an accepted ack at once; the next answer of the server replaces it. */
function showAcked(
  client: QueryClient,
  isAcked: (alert: AlertSummary) => boolean,
  ack: { readonly note: string; readonly untilMs?: number | undefined; readonly remindEveryMs?: number | undefined },
): void {
  const by = personName() || 'you';
  const mark = (alert: AlertSummary): AlertSummary => {
    if (!isAcked(alert) || alert.handling.state !== 'open') return alert;
    const untilMs = ack.untilMs ?? null;
    return {
      ...alert,
      owner: by,
      ack: { by, atMs: Date.now(), note: ack.note, untilMs, remindEveryMs: ack.remindEveryMs ?? null },
      handling: { state: 'acked', reason: ack.note, by: 'person', id: null, untilMs },
    };
  };
  client.setQueriesData<InfiniteData<AlertList>>({ queryKey: ['alerts', 'pages'] }, (data) =>
    data === undefined
      ? data
      : { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(mark) })) },
  );
}
