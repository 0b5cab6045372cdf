import Link from 'next/link';
import type { ReactNode } from 'react';
import { Age } from '#components/status/age.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { Subject } from '#lib/api/subjects.ts';

/** Shown as its own table, not as a text. */
const NOT_LISTED = new Set(['processes']);
const LONG = 8;

/** Links, labels and attributes as they were read. */
export function SubjectFacts({ subject }: { subject: Subject }) {
  const attributes = Object.entries(subject.attributes).filter(
    ([name, value]) => !NOT_LISTED.has(name) && value !== '',
  );
  const other = subject.kind === 'engine' ? 'Runs on' : 'Serves';
  return (
    <section aria-label="Identity" className="rounded-lg border border-line bg-surface px-3 py-2.5">
      <dl className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2 xl:grid-cols-4">
        <Fact term="Last sample">
          <Age atMs={subject.health.lastSampleMs} />
        </Fact>
        <Fact term={other}>
          {subject.links.length === 0 ? (
            <span className="text-muted">nothing linked (same host label links them)</span>
          ) : (
            subject.links.map((link) => (
              <Link
                key={link.id}
                href={`/${link.kind}s/${link.id}`}
                title={`Linked by ${link.by}`}
                className="mr-2 underline"
              >
                {link.name}
              </Link>
            ))
          )}
        </Fact>
        {subject.kind === 'engine' && (
          <Fact term="Baseline">
            {subject.baselineRps === null ? (
              <span className="text-muted">learning</span>
            ) : (
              `${subject.baselineRps} req/s`
            )}
          </Fact>
        )}
        {attributes.slice(0, LONG).map(([name, value]) => (
          <Fact key={name} term={name}>
            {value}
          </Fact>
        ))}
      </dl>
      {attributes.length > LONG && (
        <details className="mt-2">
          <summary className="min-h-6 text-muted">{attributes.length - LONG} more attributes</summary>
          <dl className="mt-1 grid gap-x-6 gap-y-1.5 sm:grid-cols-2 xl:grid-cols-4">
            {attributes.slice(LONG).map(([name, value]) => (
              <Fact key={name} term={name}>
                {value}
              </Fact>
            ))}
          </dl>
        </details>
      )}
      {Object.keys(subject.labels).length > 0 && (
        <p className="mt-2 flex flex-wrap gap-1">
          {Object.entries(subject.labels).map(([name, value]) => (
            <Badge key={name}>
              <span className="truncate">
                {name}={value}
              </span>
            </Badge>
          ))}
        </p>
      )}
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-xs text-muted">{term}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
