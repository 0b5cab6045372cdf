import Link from 'next/link';
import { RunOutcome } from '#components/run/run-status.tsx';
import { Shape, type ShapeName } from '#components/status/shape.tsx';
import { Card } from '#components/ui/card.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { type Difference, runDifferences } from '#lib/client/compare-runs.ts';

const SHAPES = {
  worse: 'warning',
  better: 'recovering',
  same: 'ok',
  unknown: 'unknown',
} as const satisfies Record<Difference['kind'], ShapeName>;

/** What is different, in words: each run against the first. */
export function CompareDifferences({ runs }: { runs: readonly RunDetail[] }) {
  const [first, ...others] = runs;
  if (first === undefined) return null;
  return (
    <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
      {others.map((other) => (
        <Card
          key={other.id}
          title={
            <span className="[overflow-wrap:anywhere]">
              <RunLink run={other} /> against <RunLink run={first} />
            </span>
          }
          actions={<RunOutcome run={other} />}
        >
          <ul className="space-y-1 px-3 pb-3">
            {runDifferences(first, other).map(({ kind, text }) => (
              <li key={text} className="flex items-start gap-1.5">
                <Shape name={SHAPES[kind]} className="mt-1" />
                <span className="w-16 shrink-0 text-muted">{kind}</span>
                <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </div>
  );
}

function RunLink({ run }: { run: RunDetail }) {
  return (
    <Link href={`/runs/${run.id}`} className="underline">
      {run.name}
    </Link>
  );
}
