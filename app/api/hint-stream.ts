import { EVENT_TOPICS, type EventHint } from '#lib/api/system.ts';
import { type Listener, listenForHints } from '#lib/db/notify.ts';
import { throttleHints } from './hint-throttle.ts';

type Sink = (topic: EventHint['topic']) => void;

const sinks = new Set<Sink>();
let listener: Listener | null = null;

const HEARTBEAT_MS = 15_000;
const HINT_EVERY_MS = 1000;

/** One database listener feeds every open page of this process; it ends with the last of them. */
function subscribe(databaseUrl: string, sink: Sink): () => void {
  sinks.add(sink);
  listener ??= listenForHints(
    databaseUrl,
    (topic) => {
      const known = EVENT_TOPICS.find((name) => name === topic);
      if (known !== undefined) for (const each of sinks) each(known);
    },
    (error) => process.stderr.write(`${new Date().toISOString()} web       warn  hints: ${error.message}\n`),
  );
  return () => {
    sinks.delete(sink);
    if (sinks.size > 0 || listener === null) return;
    void listener.close();
    listener = null;
  };
}

/** `GET /events`: server-sent hints until the page goes away. */
export function openHintStream(signal: AbortSignal, databaseUrl: string): Response {
  const encoder = new TextEncoder();
  let stop = (): void => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => controller.enqueue(encoder.encode(text));
      const throttle = throttleHints(HINT_EVERY_MS, (topic: EventHint['topic']) =>
        send(`data: ${JSON.stringify({ topic })}\n\n`),
      );
      const unsubscribe = subscribe(databaseUrl, throttle.hint);
      const heartbeat = setInterval(() => send(': alive\n\n'), HEARTBEAT_MS);
      let stopped = false;
      stop = () => {
        if (stopped) return;
        stopped = true;
        clearInterval(heartbeat);
        throttle.stop();
        unsubscribe();
      };
      signal.addEventListener('abort', () => {
        stop();
        controller.close();
      });
      send(': connected\n\n');
    },
    cancel() {
      stop();
    },
  });
  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    },
  });
}
