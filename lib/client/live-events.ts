'use client';

import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { EventHint } from '#lib/api/system.ts';

/** A hint is followed only when the page's own poll is not due anyway. */
const FRESH_MS = 3500;

/** Listens for hints while the page is live; without SSE the polls go on alone. */
export function useLiveEvents(live: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === 'undefined') return;
    const events = new EventSource('/api/v1/events');
    events.onmessage = (event: MessageEvent<string>) => {
      const hint = readHint(event.data);
      if (hint !== null && !document.hidden) followHint(client, hint, live);
    };
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) events.close();
    };
    return () => events.close();
  }, [client, live]);
}

function readHint(text: string): EventHint | null {
  try {
    const parsed = EventHint.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** First part of the keys of the queries that a topic makes old; samples are followed at their own pace. */
const QUERIES_OF = {
  samples: [],
  health: ['health'],
  targets: ['targets', 'subjects'],
  alerts: ['alerts', 'alert'],
  rules: ['rules', 'rule'],
  silences: ['silences', 'maintenance', 'alerts', 'alert'],
  runs: ['runs'],
} as const satisfies Record<EventHint['topic'], readonly string[]>;

function followHint(client: QueryClient, hint: EventHint, live: boolean): void {
  for (const key of QUERIES_OF[hint.topic]) void client.invalidateQueries({ queryKey: [key] });
  if (hint.topic !== 'samples' || !live) return;
  const oldestMs = Date.now() - FRESH_MS;
  void client.invalidateQueries({
    predicate: (query) =>
      query.meta?.live === true && query.state.dataUpdatedAt < oldestMs && query.state.fetchStatus === 'idle',
    refetchType: 'active',
  });
}
