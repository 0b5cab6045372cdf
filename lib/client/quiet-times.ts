const HOUR_MS = 3_600_000;

/** Ends that a person picks for a silence or an ack; `custom` is typed. */
export const END_CHOICES = [
  { value: '1h', label: '1 h' },
  { value: '4h', label: '4 h' },
  { value: 'morning', label: 'until 09:00' },
  { value: '24h', label: '24 h' },
  { value: 'custom', label: 'until …' },
] as const;
export type EndChoice = (typeof END_CHOICES)[number]['value'];

/** The next 09:00 on the viewer's clock that is at least half an hour away. */
export function nextMorningMs(nowMs: number): number {
  const date = new Date(nowMs + HOUR_MS / 2);
  const morning = new Date(date.getFullYear(), date.getMonth(), date.getDate(), 9);
  if (morning.getTime() < date.getTime()) morning.setDate(morning.getDate() + 1);
  return morning.getTime();
}

/** `2026-11-24T18:30` of a datetime-local field, read on the viewer's clock; null when it is not complete. */
export function localFieldMs(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? null : ms;
}

/** The text that a datetime-local field takes, in the viewer's zone. */
export function localFieldText(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** When a chosen end is, null when a typed one is missing, unreadable or past. */
export function endMs(choice: EndChoice, custom: string, nowMs: number): number | null {
  switch (choice) {
    case '1h':
      return nowMs + HOUR_MS;
    case '4h':
      return nowMs + 4 * HOUR_MS;
    case '24h':
      return nowMs + 24 * HOUR_MS;
    case 'morning':
      return nextMorningMs(nowMs);
    case 'custom': {
      const ms = localFieldMs(custom);
      return ms !== null && ms > nowMs ? ms : null;
    }
  }
}
