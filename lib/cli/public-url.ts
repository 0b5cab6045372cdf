import { PublicUrl } from '#lib/api/public-url.ts';
import { UsageError } from '#lib/cli/usage.ts';

/** HEADROOM_PUBLIC_URL, or where `headroom start` listens by default. Throws UsageError. */
export function publicUrl(): string {
  const parsed = PublicUrl.safeParse(process.env.HEADROOM_PUBLIC_URL);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${parsed.error.issues[0]?.message}, not "${process.env.HEADROOM_PUBLIC_URL}"`);
}
