import { z } from 'zod';
import { ChannelInput } from '#lib/api/channels.ts';
import { TargetInput } from '#lib/api/targets.ts';
import { parseDurationMs } from '#lib/metrics/duration.ts';

const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms === null || ms <= 0) {
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration: expected e.g. 48h or 30d` });
    return z.NEVER;
  }
  return ms;
});

const Discovery = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ http: z.url({ protocol: /^https?$/ }), interval: duration.default(60_000) }),
]);
export type Discovery = z.infer<typeof Discovery>;

/** Top-level keys that belong to parts this version does not have yet; accepted, and named as unused by `check-config` and the log. */
export const UNUSED_KEYS = ['rules'] as const;

/** `headroom.yaml` */
export const Config = z.strictObject({
  targets: z.array(TargetInput).default([]),
  discovery: z.array(Discovery).default([]),
  retention: z
    .strictObject({ raw: duration.optional(), minute: duration.optional(), hour: duration.optional() })
    .default({}),
  nvidia_smi: z.strictObject({ command: z.string().min(1).default('nvidia-smi') }).default({ command: 'nvidia-smi' }),
  rules: z.unknown().optional(),
  channels: z.array(ChannelInput).default([]),
});
export type Config = z.infer<typeof Config>;
