import Link from 'next/link';
import type { Subject } from '#lib/api/subjects.ts';

/** To the planner; of a single engine or GPU with its numbers filled in. */
export function PlanLink({ subjects }: { subjects: readonly Pick<Subject, 'id'>[] }) {
  const [single] = subjects;
  const query = single !== undefined && subjects.length === 1 ? `?place=subject:${single.id}` : '';
  return (
    <Link href={`/plan${query}`} className="inline-flex min-h-6 items-center px-1 underline">
      Plan a batch
    </Link>
  );
}
