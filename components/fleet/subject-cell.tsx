import Link from 'next/link';
import { memo } from 'react';
import { HealthStatus } from '#components/status/health-status.tsx';
import type { HealthState } from '#lib/api/subjects.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** State by shape and word, with the reason below when the numbers are not of now. */
export const StateCell = memo(function StateCell({ state, reason }: { state: HealthState; reason: string }) {
  return (
    <span title={reason === '' ? undefined : reason}>
      <HealthStatus state={state} />
    </span>
  );
});

type NameCellProps = { kind: SubjectKind; id: number; name: string; text: string };

/** Next's links are the dearest part of a row: made anew only when the name changes, and no page is fetched for each row. */
export const NameCell = memo(function NameCell({ kind, id, name, text }: NameCellProps) {
  return (
    <Link
      href={`/${kind}s/${id}`}
      prefetch={false}
      title={name}
      className="inline-flex min-h-6 max-w-64 items-center font-medium hover:underline max-sm:max-w-full"
    >
      <span className="truncate">{text}</span>
    </Link>
  );
});
