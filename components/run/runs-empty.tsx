'use client';

import Link from 'next/link';
import { clearRunFilter } from '#components/run/run-filters.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';

const COMMANDS = `headroom run start --name "nightly 3 x 5k"
headroom run batch RUN -- python run_batch.py
headroom run finish RUN
headroom run check RUN`;

const apiText = (origin: string) =>
  `curl -X POST ${origin}/api/v1/runs -H 'content-type: application/json' -d '{"name":"nightly 3 x 5k"}'
curl -X POST ${origin}/api/v1/runs/RUN/batches -H 'content-type: application/json' -d '{}'
curl -X POST ${origin}/api/v1/runs/RUN/finish -H 'content-type: application/json' -d '{}'`;

type RunsEmptyProps = { isNarrowed: boolean; onStart: () => void; onImport: () => void };

/** No run: because of the filter, or because none was ever begun. Then: the five ways to one. */
export function RunsEmpty({ isNarrowed, onStart, onImport }: RunsEmptyProps) {
  if (isNarrowed) {
    return (
      <Card className="px-3 py-6 text-center">
        <p className="font-medium">No run matches this filter</p>
        <p className="mt-2">
          <Button onClick={clearRunFilter}>Clear the filter</Button>
        </p>
      </Card>
    );
  }
  return (
    <Card title="No run yet" className="max-w-3xl">
      <div className="space-y-3 px-3 pb-4">
        <p>
          A run is a row of batches on the same engines. Headroom measures each batch, and judges the run: does memory
          leak, does speed hold, does the model stay loaded. Five ways to one:
        </p>
        <ol className="list-decimal space-y-3 pl-5">
          <li>
            <Button className="h-7" onClick={onStart}>
              Start a run
            </Button>{' '}
            here, and begin each batch on its page.
          </li>
          <li>
            From a script or CI, where <code>check</code> ends with an error when a criterion fails:
            <Commands label="Copy the commands" text={COMMANDS} />
          </li>
          <li>
            Over the API:
            <Commands label="Copy the calls" text={apiText(window.location.origin)} />
          </li>
          <li>
            <Button className="h-7" onClick={onImport}>
              Import results
            </Button>{' '}
            of <code>vllm bench serve</code>, GuideLLM or AIPerf: they become a test matrix, judged cell by cell.
          </li>
          <li>
            By themselves: a{' '}
            <Link href="/targets?add=1" className="underline">
              target
            </Link>{' '}
            with the source <code>openai-batch</code> is asked for its batches, and engines that are busy, idle and busy
            again are noticed without being told.
          </li>
        </ol>
      </div>
    </Card>
  );
}

function Commands({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative mt-1">
      <pre className="rounded-md border border-line bg-sunken p-3 pr-10 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
