import Link from 'next/link';
import { HealthStatus } from '#components/status/health-status.tsx';
import type { Subject } from '#lib/api/subjects.ts';

/** Those of the shown subjects whose numbers are not of now, each with its state by name and the reason. */
export function HealthStrip({ subjects }: { subjects: readonly Subject[] }) {
  const doubtful = subjects.filter(({ health }) => health.state !== 'ok');
  if (doubtful.length === 0) return null;
  return (
    <ul className="hatched space-y-0.5 rounded-md border border-line px-3 py-2" aria-label="Not of now">
      {doubtful.map((subject) => (
        <li key={subject.id} className="flex flex-wrap items-baseline gap-x-2">
          <span className="self-center">
            <HealthStatus state={subject.health.state} />
          </span>
          <Link href={`/${subject.kind}s/${subject.id}`} className="font-medium break-all hover:underline">
            {subject.name}
          </Link>
          <span className="min-w-0 break-words text-muted">{subject.health.reason}</span>
        </li>
      ))}
    </ul>
  );
}
