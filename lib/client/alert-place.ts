import type { AlertSummary } from '#lib/api/alerts.ts';

/** The page of what an alert is about. */
export function placeHref({ subject, target }: Pick<AlertSummary, 'subject' | 'target'>): string {
  if (subject !== null) return `/${subject.kind}s/${subject.id}`;
  return target === null ? '/channels' : `/targets/${target.id}`;
}

/** The target that an alert is about, or the channel. */
export function placeName({ target, channel }: Pick<AlertSummary, 'target' | 'channel'>): string {
  return target?.name ?? channel?.name ?? '';
}
