/** When a maintenance window is open: once, or every week on some days from a local time on. */
export type Schedule =
  | { readonly kind: 'once'; readonly startsAtMs: number; readonly endsAtMs: number }
  | {
      readonly kind: 'weekly';
      /** IANA name, e.g. Europe/Berlin. */
      readonly timeZone: string;
      /** 1 Monday … 7 Sunday: the days on which it starts. */
      readonly days: readonly number[];
      /** Local time of the start, HH:MM. */
      readonly start: string;
      readonly minutes: number;
    };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The end (epoch ms) of the opening that `nowMs` falls into, null when closed. A weekly opening lasts its minutes on the
 * clock of the world, also over a change to summer time; a start that the change skips is taken at the first instant after.
 */
export function openUntilMs(schedule: Schedule, nowMs: number): number | null {
  if (schedule.kind === 'once') {
    return nowMs >= schedule.startsAtMs && nowMs < schedule.endsAtMs ? schedule.endsAtMs : null;
  }
  const lengthMs = schedule.minutes * MINUTE_MS;
  for (let back = 0; back <= Math.ceil(lengthMs / DAY_MS) + 1; back++) {
    const startMs = startOn(schedule, nowMs - back * DAY_MS);
    if (startMs !== null && nowMs >= startMs && nowMs < startMs + lengthMs) return startMs + lengthMs;
  }
  return null;
}

/** The start on the local day of `dayMs`, null when the window does not start on that weekday. */
function startOn(schedule: Extract<Schedule, { kind: 'weekly' }>, dayMs: number): number | null {
  const local = localParts(schedule.timeZone, dayMs);
  const weekday = ((new Date(Date.UTC(local.year, local.month - 1, local.day)).getUTCDay() + 6) % 7) + 1;
  if (!schedule.days.includes(weekday)) return null;
  const [hour = 0, minute = 0] = schedule.start.split(':').map(Number);
  return instantOf(schedule.timeZone, Date.UTC(local.year, local.month - 1, local.day, hour, minute));
}

/** The instant at which the wall clock of `timeZone` shows the given time (written as if it were UTC). */
function instantOf(timeZone: string, wallMs: number): number {
  const first = wallMs - offsetMs(timeZone, wallMs);
  return wallMs - offsetMs(timeZone, first);
}

function offsetMs(timeZone: string, atMs: number): number {
  const local = localParts(timeZone, atMs);
  const wall = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second);
  return wall - Math.floor(atMs / 1000) * 1000;
}

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number };

function localParts(timeZone: string, atMs: number): Parts {
  const parts = formatterOf(timeZone).formatToParts(atMs);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timeZone, made);
  return made;
}

/** Whether the name is a time zone that this runtime knows. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}
