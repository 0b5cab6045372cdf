/**
 * Passes a hint on at once, and what else comes of the same topic within `everyMs` as one more at the end of it: samples are
 * stored several times a second and a bulk of messages ends in a burst, but a page needs to look once.
 */
export function throttleHints<T extends string>(everyMs: number, send: (topic: T) => void) {
  const timers = new Map<T, NodeJS.Timeout>();
  const missed = new Set<T>();
  const pass = (topic: T): void => {
    send(topic);
    const end = (): void => {
      timers.delete(topic);
      if (missed.delete(topic)) pass(topic);
    };
    timers.set(topic, setTimeout(end, everyMs));
  };
  return {
    hint(topic: T): void {
      if (timers.has(topic)) missed.add(topic);
      else pass(topic);
    },
    stop(): void {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
