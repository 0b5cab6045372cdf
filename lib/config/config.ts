import { z } from 'zod';
import { ChannelInput } from '#lib/api/channels.ts';
import { RuleInput } from '#lib/api/rules.ts';
import { SloInput } from '#lib/api/slo.ts';
import { TargetInput } from '#lib/api/targets.ts';
import { parseDurationMs } from '#lib/metrics/duration.ts';
import { RULE_PACKS } from '#lib/rules/rule.ts';
import { DEFAULT_FAST_POLLING, MIN_FAST_INTERVAL_MS } from '#lib/target/fast-polling.ts';

const duration = z.string('expected a duration such as "48h" or "30d"').transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms === null || ms <= 0) {
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration: expected e.g. 48h or 30d` });
    return z.NEVER;
  }
  return ms;
});

const HOUR_MS = 3_600_000;

/** What is older is deleted at once, and `2m` are two minutes. */
const keptAtLeast = (ms: number, text: string) => duration.refine((given) => given >= ms, `at least ${text}`);

const Discovery = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ http: z.url({ protocol: /^https?$/ }), interval: duration.default(60_000) }),
]);
export type Discovery = z.infer<typeof Discovery>;

/** `headroom.yaml` */
export const Config = z.strictObject({
  targets: z.array(TargetInput).default([]),
  discovery: z.array(Discovery).default([]),
  retention: z
    .strictObject({
      raw: keptAtLeast(HOUR_MS, '1h').optional(),
      minute: keptAtLeast(HOUR_MS, '1h').optional(),
      hour: keptAtLeast(24 * HOUR_MS, '1d').optional(),
    })
    .default({}),
  /** What is promised of every engine whose target says nothing else. */
  slo: SloInput.optional(),
  /** How targets are polled while a burst or a pending alert lasts on them. */
  fast_polling: z
    .strictObject({
      interval: duration
        .refine((ms) => ms >= MIN_FAST_INTERVAL_MS, `at least ${MIN_FAST_INTERVAL_MS}ms`)
        .default(DEFAULT_FAST_POLLING.intervalMs),
      hold: duration.default(DEFAULT_FAST_POLLING.holdMs),
      max_targets: z.int().min(0).max(500).default(DEFAULT_FAST_POLLING.maxTargets),
    })
    .prefault({}),
  nvidia_smi: z.strictObject({ command: z.string().min(1).default('nvidia-smi') }).default({ command: 'nvidia-smi' }),
  rules: z
    .strictObject({
      /** Which of the packs that come with Headroom are in use. */
      packs: z.array(z.enum(RULE_PACKS)).default([...RULE_PACKS]),
      custom: z.array(RuleInput).default([]),
    })
    .prefault({}),
  runs: z
    .strictObject({
      /** Whether runs are found in what engines do, beside those that somebody tells of. */
      detect: z.boolean().default(true),
    })
    .prefault({}),
  channels: z.array(ChannelInput).default([]),
});
export type Config = z.infer<typeof Config>;
