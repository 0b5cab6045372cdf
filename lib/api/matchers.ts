import { z } from 'zod';
import { MATCH_OPS, parseMatchers } from '#lib/alerts/matchers.ts';

export const Matcher = z.strictObject({
  label: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'a label is letters, digits, _ . -')
    .max(128),
  op: z.enum(MATCH_OPS),
  value: z.string().max(1024),
});

/** A list, or the text that the filter bar shows: `host=gpu-01, rule=Kv*, severity!=info`. */
export const Matchers = z.union([
  z.array(Matcher).max(20),
  z
    .string()
    .max(4096)
    .transform((text, context) => {
      const parsed = parseMatchers(text);
      if (parsed.ok) return [...parsed.matchers];
      context.addIssue({ code: 'custom', message: parsed.message });
      return z.NEVER;
    }),
]);

/** At least one: what would match everything must be meant. */
export const SomeMatchers = Matchers.refine((matchers) => matchers.length > 0, 'at least one matcher is needed');
