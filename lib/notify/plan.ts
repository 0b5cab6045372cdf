import type { AlertState, EndReason } from '#lib/alerts/alert.ts';
import type { Handling } from '#lib/alerts/handling.ts';
import type { Labels, Matcher } from '#lib/alerts/matchers.ts';
import type { Severity } from '#lib/rules/rule.ts';

/** What decides whether a channel hears of an alert. */
export type ChannelFilter = {
  readonly minSeverity: Severity;
  readonly matchers: readonly Matcher[];
  readonly sendResolved: boolean;
  /** 0: never again while it fires. */
  readonly repeatIntervalMs: number;
};

export const DELIVERY_KINDS = ['firing', 'resolved', 'repeat', 'reminder', 'ack-expired', 'unmuted'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** An alert as far as planning needs it. Times are epoch ms. */
export type PlannedAlert = {
  readonly severity: Severity;
  readonly labels: Labels;
  readonly state: AlertState;
  readonly firedAtMs: number | null;
  readonly endReason: EndReason | null;
  readonly flapping: boolean;
  readonly handling: Handling;
  readonly ackedAtMs: number | null;
  readonly ackUntilMs: number | null;
  readonly remindEveryMs: number | null;
};

/** What the channel was last told of this alert; null when nothing. */
export type Told = { readonly kind: DeliveryKind; readonly atMs: number } | null;
