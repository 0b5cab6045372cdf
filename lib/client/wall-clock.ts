/** Date parts in UTC or in the viewer's zone; cheaper than Intl, which matters for axes. */
export type WallClock = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

export function wallClock(ms: number, utc: boolean): WallClock {
  const shifted = new Date(utc ? ms : ms + offsetMs(ms));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  };
}

/** What to add to epoch ms so that UTC parts read as local ones, at that instant (summer time included). */
export function offsetMs(ms: number): number {
  return -new Date(ms).getTimezoneOffset() * 60_000;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const two = (value: number): string => String(value).padStart(2, '0');

/** `14:05:09` */
export function clockText(ms: number, utc: boolean): string {
  const { hour, minute, second } = wallClock(ms, utc);
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** `14:05` */
export function minuteText(ms: number, utc: boolean): string {
  const { hour, minute } = wallClock(ms, utc);
  return `${two(hour)}:${two(minute)}`;
}

/** `22 Nov` */
export function dayText(ms: number, utc: boolean): string {
  const { month, day } = wallClock(ms, utc);
  return `${day} ${MONTHS[month]}`;
}

/** `22 Nov 2026 14:05:09` */
export function instantLabel(ms: number, utc: boolean): string {
  return `${dayText(ms, utc)} ${wallClock(ms, utc).year} ${clockText(ms, utc)}`;
}

/** `UTC`, or the viewer's zone with its present offset: `Europe/Berlin (UTC+1)`. */
export function zoneLabel(nowMs: number, utc: boolean): string {
  if (utc) return 'UTC';
  const minutes = offsetMs(nowMs) / 60_000;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === 'UTC') return 'UTC';
  const sign = minutes < 0 ? '−' : '+';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `${zone} (UTC${sign}${hours}${rest === 0 ? '' : `:${two(rest)}`})`;
}
