import Link from 'next/link';
import { HealthStatus } from '#components/status/health-status.tsx';
import type { Subject } from '#lib/api/subjects.ts';

/** State by shape and word, with the reason below when the numbers are not of now. */
export function StateCell({ subject }: { subject: Subject }) {
  return (
    <span title={subject.health.reason === '' ? undefined : subject.health.reason}>
      <HealthStatus state={subject.health.state} />
    </span>
  );
}

export function NameCell({ subject, text }: { subject: Subject; text: string }) {
  return (
    <Link
      href={`/${subject.kind}s/${subject.id}`}
      title={subject.name}
      className="inline-flex min-h-6 max-w-64 items-center font-medium hover:underline max-sm:max-w-full"
    >
      <span className="truncate">{text}</span>
    </Link>
  );
}

/** Rows that are not of now are dimmed; their state says why. */
export function rowClass(subject: Subject): string | undefined {
  return subject.health.state === 'ok' ? undefined : 'hatched';
}
