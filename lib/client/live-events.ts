'use client';

import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { EventHint } from '#lib/api/system.ts';

/** Hints that come closer together than this are followed together: a storm of alerts sends one for each. */
const TOGETHER_MS = 1000;
/** A hint is followed when this share of the query's own pace has passed; before that its own poll is soon enough. */
const EARLY_SHARE = 0.7;

type Topic = EventHint['topic'];

/** Listens for hints while the page is live; without SSE the polls go on alone. */
export function useLiveEvents(live: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === 'undefined') return;
    const events = new EventSource('/api/v1/events');
    const hints = gatherHints((topics) => {
      if (!document.hidden) for (const topic of topics) followHint(client, topic, live);
    });
    events.onmessage = (event: MessageEvent<string>) => {
      const hint = readHint(event.data);
      if (hint !== null) hints.add(hint.topic);
    };
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) events.close();
    };
    return () => {
      hints.stop();
      events.close();
    };
  }, [client, live]);
}

/** The first topic is followed at once, those of the next second together at its end. */
function gatherHints(follow: (topics: ReadonlySet<Topic>) => void) {
  let waiting = new Set<Topic>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    if (waiting.size === 0) return;
    const topics = waiting;
    waiting = new Set();
    timer = setTimeout(flush, TOGETHER_MS);
    follow(topics);
  };
  return {
    add(topic: Topic) {
      waiting.add(topic);
      if (timer === null) flush();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
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
  models: ['plan-models', 'plan'],
  bursts: ['bursts', 'burst', 'targets'],
} as const satisfies Record<Topic, readonly string[]>;

function followHint(client: QueryClient, topic: Topic, live: boolean): void {
  for (const key of QUERIES_OF[topic]) void client.invalidateQueries({ queryKey: [key] });
  if (topic !== 'samples' || !live) return;
  const nowMs = Date.now();
  void client.invalidateQueries({
    predicate: (query) => query.meta?.live === true && query.state.fetchStatus === 'idle' && isSoonDue(query, nowMs),
    refetchType: 'active',
  });
}

/** By the pace of the part of the page that asks most often: what is asked every 15 s stays so. */
function isSoonDue(query: Query, nowMs: number): boolean {
  const paces = query.observers.map(({ options }) => options.refetchInterval);
  const paceMs = Math.min(...paces.filter((pace): pace is number => typeof pace === 'number'));
  return nowMs - query.state.dataUpdatedAt > paceMs * EARLY_SHARE;
}
