import Link from 'next/link';
import { Fact } from '#components/run/fact.tsx';
import { Card } from '#components/ui/card.tsx';
import type { LiveView } from '#lib/api/plan.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** What was read of the chosen engine or GPU just now; what was not says why. */
export function PlanLive({ live }: { live: LiveView }) {
  const { kind, subject, name, servedModel, read } = live;
  return (
    <Card
      title={`Read from ${name}`}
      actions={
        <Link href={`/${kind === 'engine' ? 'engines' : 'gpus'}/${subject}`} className="underline">
          Its page
        </Link>
      }
    >
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-3 pb-3 sm:grid-cols-3">
        {servedModel !== null && (
          <Fact term="Model" className="col-span-full">
            {servedModel === '' ? 'not printed' : servedModel}
            {live.modelId === null && (
              <span className="block text-xs text-muted">Not in the model table: choose a model, or add it below.</span>
            )}
          </Fact>
        )}
        {read.map(({ name: term, value, unit, origin }) => (
          <Fact key={term} term={term}>
            {value === null ? (
              <>
                not known<span className="block text-xs text-muted">{origin.text}</span>
              </>
            ) : (
              formatValue(value, unit)
            )}
          </Fact>
        ))}
      </dl>
    </Card>
  );
}
