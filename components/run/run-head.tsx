'use client';

import type { ReactNode } from 'react';
import { EngineNames } from '#components/run/engine-names.tsx';
import { Lasting } from '#components/run/lasting.tsx';
import { RunOutcome } from '#components/run/run-status.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { durationText, memoryText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** What came of it, when and on what, what was expected, and what people wrote. */
export function RunHead({ run }: { run: RunDetail }) {
  const labels = Object.entries(run.labels);
  return (
    <section
      aria-label="In short"
      className="grid grid-cols-1 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 xl:grid-cols-4"
    >
      <Part title="Verdict">
        <p className="text-base font-semibold [overflow-wrap:anywhere]">{run.headline}</p>
        <RunOutcome run={run} />
      </Part>
      <Part title="When and on what">
        <When run={run} />
        <EngineNames engines={run.engines} most={8} />
      </Part>
      <Part title="Expected">
        <Expectation expectation={run.expectation} />
      </Part>
      <Part title="Labels and notes">
        {labels.length > 0 && (
          <p className="flex flex-wrap gap-1">
            {labels.map(([key, value]) => (
              <Badge key={key}>
                <span className="truncate" title={`${key}=${value}`}>
                  {key}={value}
                </span>
              </Badge>
            ))}
          </p>
        )}
        {run.notes !== '' && <Notes text={run.notes} />}
        {labels.length === 0 && run.notes === '' && <span className="text-muted">none</span>}
      </Part>
    </section>
  );
}

/** So much fits beside the other facts; what is longer opens, so that the criteria stay on the first screen. */
const SHORT_NOTES = { chars: 280, lines: 8 };

function Notes({ text }: { text: string }) {
  const className = 'mt-1 whitespace-pre-wrap [overflow-wrap:anywhere]';
  if (text.length <= SHORT_NOTES.chars && text.split('\n').length <= SHORT_NOTES.lines)
    return <p className={className}>{text}</p>;
  return (
    <details className="group mt-1">
      <summary className="list-none">
        <span className="line-clamp-3 whitespace-pre-wrap [overflow-wrap:anywhere] group-open:hidden">{text}</span>
        <span className="underline group-open:hidden">All of it</span>
        <span className="hidden underline group-open:inline">Less</span>
      </summary>
      <p className={className}>{text}</p>
    </details>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-surface px-3 py-2.5">
      <h2 className="text-xs text-muted">{title}</h2>
      <div className="mt-0.5">{children}</div>
    </div>
  );
}

function When({ run }: { run: RunDetail }) {
  const running = run.batches.find(({ state }) => state === 'running');
  if (run.finishedAtMs === null) {
    return (
      <p>
        Running for <Lasting sinceMs={run.startedAtMs} />
        {running === undefined ? ', between batches' : `, now batch ${running.number}`}
      </p>
    );
  }
  if (run.finishedAtMs === run.startedAtMs) {
    return (
      <p>
        Imported <Instant ms={run.startedAtMs} />; when it ran is not known
      </p>
    );
  }
  return (
    <p>
      <Instant ms={run.startedAtMs} /> to <Instant ms={run.finishedAtMs} />,{' '}
      {durationText(run.finishedAtMs - run.startedAtMs)}
    </p>
  );
}

function Expectation({ expectation }: Pick<RunDetail, 'expectation'>) {
  const { requestsPerSecond, vramBytes } = expectation;
  if (requestsPerSecond === null && vramBytes === null) return <span className="text-muted">nothing was said</span>;
  return (
    <>
      {requestsPerSecond !== null && <p>at least {formatValue(requestsPerSecond, 'requests_per_second')}</p>}
      {vramBytes !== null && <p>at most {memoryText(vramBytes)} of VRAM on each GPU</p>}
    </>
  );
}
