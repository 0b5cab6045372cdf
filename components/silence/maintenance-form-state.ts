import type { z } from 'zod';
import { isTimeZone } from '#lib/alerts/schedule.ts';
import type { MaintenanceView, Schedule as ScheduleSchema } from '#lib/api/silences.ts';
import { localFieldMs, localFieldText } from '#lib/client/quiet-times.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';

type Schedule = z.infer<typeof ScheduleSchema>;

/** The form as a person fills it. */
export type MaintenanceForm = {
  readonly title: string;
  readonly matchers: string;
  readonly kind: 'once' | 'weekly';
  /** datetime-local texts, of the viewer's zone. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly days: readonly number[];
  /** HH:MM in `timeZone`. */
  readonly start: string;
  readonly hours: string;
};

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

export function maintenanceFormOf(window: MaintenanceView | null, timeZone: string, nowMs: number): MaintenanceForm {
  const empty: MaintenanceForm = {
    title: '',
    matchers: '',
    kind: 'weekly',
    startsAt: localFieldText(nowMs),
    endsAt: localFieldText(nowMs + 2 * 3_600_000),
    timeZone,
    days: [],
    start: '02:00',
    hours: '2',
  };
  if (window === null) return empty;
  const { schedule } = window;
  const base = { ...empty, title: window.title, matchers: window.matchersText, kind: schedule.kind };
  if (schedule.kind === 'once') {
    return { ...base, startsAt: localFieldText(schedule.startsAtMs), endsAt: localFieldText(schedule.endsAtMs) };
  }
  return {
    ...base,
    timeZone: schedule.timeZone,
    days: schedule.days,
    start: schedule.start,
    hours: String(Number((schedule.minutes / 60).toFixed(2))),
  };
}

export type ScheduleResult =
  | { readonly ok: true; readonly schedule: Schedule }
  | {
      readonly ok: false;
      readonly field: 'startsAt' | 'endsAt' | 'timeZone' | 'days' | 'start' | 'hours';
      readonly message: string;
    };

/** The schedule of a form, or the field that is wrong and why. */
export function readSchedule(form: MaintenanceForm): ScheduleResult {
  const wrong = (field: Extract<ScheduleResult, { ok: false }>['field'], message: string): ScheduleResult => ({
    ok: false,
    field,
    message,
  });
  if (form.kind === 'once') {
    const startsAtMs = localFieldMs(form.startsAt);
    const endsAtMs = localFieldMs(form.endsAt);
    if (startsAtMs === null) return wrong('startsAt', 'Give day and time');
    if (endsAtMs === null || endsAtMs <= startsAtMs) return wrong('endsAt', 'Must be after the start');
    return { ok: true, schedule: { kind: 'once', startsAtMs, endsAtMs } };
  }
  if (form.days.length === 0) return wrong('days', 'Choose at least one day');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(form.start)) return wrong('start', 'Give a time such as 02:00');
  const minutes = Math.round(Number(form.hours.replace(',', '.')) * 60);
  if (!Number.isFinite(minutes) || minutes < 1 || minutes > 7 * 1440) return wrong('hours', 'Up to 168 hours');
  if (!isTimeZone(form.timeZone)) return wrong('timeZone', 'Not a time zone: expected a name such as Europe/Berlin');
  const { timeZone, start } = form;
  return {
    ok: true,
    schedule: { kind: 'weekly', timeZone, days: form.days.toSorted((a, b) => a - b), start, minutes },
  };
}

/** "Tue, Thu 02:00 for 2 h (Europe/Berlin)" */
export function scheduleText(schedule: Schedule, utc: boolean): string {
  if (schedule.kind === 'once') {
    return `${instantLabel(schedule.startsAtMs, utc)} – ${instantLabel(schedule.endsAtMs, utc)}`;
  }
  const days =
    schedule.days.length === 7 ? 'every day' : schedule.days.map((day) => WEEKDAYS[day - 1] ?? '?').join(', ');
  return `${days} ${schedule.start} for ${describeDurationMs(schedule.minutes * 60_000)} (${schedule.timeZone})`;
}
