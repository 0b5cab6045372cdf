import Link from 'next/link';
import { LEVEL_SHAPES } from '#components/status/level-status.tsx';
import { Shape } from '#components/status/shape.tsx';
import type { Verdict } from '#lib/client/fleet-verdict.ts';

/** A state in words. */
export function VerdictLine({
  verdicts,
  label = 'State of the fleet',
}: {
  verdicts: readonly Verdict[];
  label?: string;
}) {
  return (
    <ul
      aria-label={label}
      className="flex flex-wrap gap-x-5 gap-y-1.5 rounded-lg border border-line bg-surface px-3 py-2.5 text-base"
    >
      {verdicts.map((verdict) => (
        <li key={verdict.id} className="flex min-w-0 gap-2">
          <Shape name={LEVEL_SHAPES[verdict.level]} className="mt-1.5 self-start" />
          {verdict.href === null ? (
            <span>{verdict.text}</span>
          ) : (
            <Link
              href={verdict.href}
              className="min-w-0 break-words underline decoration-line underline-offset-3 hover:decoration-current"
            >
              {verdict.text}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
