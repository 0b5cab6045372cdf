import Link from 'next/link';
import type { RunSummary } from '#lib/api/runs.ts';

const MOST_NAMED = 3;

/** Without the model, where that still tells them apart. */
function targetNames(engines: RunSummary['engines']): readonly string[] {
  const short = engines.map(({ name }) => name.split(' · ')[0] ?? name);
  return new Set(short).size === engines.length ? short : engines.map(({ name }) => name);
}

/** The engines of a run as links; many by their number. */
export function EngineNames({ engines, most = MOST_NAMED }: { engines: RunSummary['engines']; most?: number }) {
  const names = targetNames(engines);
  if (engines.length === 0) return <span className="text-muted">none known</span>;
  return (
    <span className="[overflow-wrap:anywhere]">
      {engines.slice(0, most).map(({ id, kind, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link
            href={`/${kind}s/${id}`}
            title={name}
            className="inline-block max-w-full truncate align-bottom underline"
          >
            {names[index] ?? name}
          </Link>
        </span>
      ))}
      {engines.length > most && (
        <span className="text-muted" title={engines.map(({ name }) => name).join(', ')}>
          {' '}
          and {engines.length - most} more
        </span>
      )}
    </span>
  );
}
