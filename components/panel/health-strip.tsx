import Link from 'next/link';
import { countWords, type DoubtfulGroup, doubtfulGroups } from '#components/panel/doubtful-groups.ts';
import { HealthStatus } from '#components/status/health-status.tsx';
import type { Subject } from '#lib/api/subjects.ts';

/** When a rack goes dark the panels must still be on the screen. */
const MOST_SHOWN = 5;

/** Those of the shown subjects whose numbers are not of now, each target with its state by name and the reason. */
export function HealthStrip({ subjects }: { subjects: readonly Subject[] }) {
  const groups = doubtfulGroups(subjects);
  if (groups.length === 0) return null;
  const [shown, rest] = [groups.slice(0, MOST_SHOWN), groups.slice(MOST_SHOWN)];
  return (
    <section className="hatched rounded-md border border-line px-3 py-2" aria-label="Not of now">
      <GroupList groups={shown} />
      {rest.length > 0 && (
        <details className="mt-0.5">
          <summary className="min-h-6 leading-6">and {countWords(rest)}</summary>
          <GroupList groups={rest} />
        </details>
      )}
    </section>
  );
}

function GroupList({ groups }: { groups: readonly DoubtfulGroup[] }) {
  return (
    <ul className="space-y-0.5">
      {groups.map((group) => (
        <li key={`${group.state} ${group.target.id}`} className="flex flex-wrap items-baseline gap-x-2">
          <span className="self-center">
            <HealthStatus state={group.state} />
          </span>
          <GroupName group={group} />
          <span className="min-w-0 break-words text-muted">{group.subjects[0].health.reason}</span>
        </li>
      ))}
    </ul>
  );
}

function GroupName({ group: { target, subjects } }: { group: DoubtfulGroup }) {
  const [first] = subjects;
  const className = 'font-medium break-all hover:underline';
  if (subjects.length === 1)
    return (
      <Link href={`/${first.kind}s/${first.id}`} className={className}>
        {first.name}
      </Link>
    );
  return (
    <Link href={`/targets/${target.id}`} className={className}>
      {target.name}: {subjects.length} {first.kind === 'gpu' ? 'GPUs' : 'engines'}
    </Link>
  );
}
