'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download, FileUp, MoreHorizontal } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { DeleteRunDialog } from '#components/run/delete-run-dialog.tsx';
import { ImportDialog } from '#components/run/import-dialog.tsx';
import { RunDialog } from '#components/run/run-dialog.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { toProblem } from '#lib/client/problem.ts';
import { beginBatch, changeBatch, finishRun } from '#lib/client/run-mutations.ts';
import { reportHref } from '#lib/client/run-queries.ts';
import { isMatrix } from '#lib/runs/run.ts';

/** What can be done with a run: go on, finish, take its report, change or delete it. */
export function RunActions({ run }: { run: RunDetail }) {
  const [doing, setDoing] = useState<'change' | 'delete' | 'import' | null>(null);
  const download = (format: 'md' | 'json' | 'csv') => window.location.assign(reportHref(run.id, format));
  return (
    <>
      {run.state === 'running' && run.origin === 'api' && <GoOn run={run} />}
      <Link
        href={`/runs?pick=${run.id}`}
        className="inline-flex h-8 items-center rounded-md border border-line bg-surface px-3 text-sm font-medium hover:bg-hover"
      >
        Compare with…
      </Link>
      {isMatrix(run.kind) && (
        <Button onClick={() => setDoing('import')}>
          <FileUp size={14} aria-hidden />
          Add results
        </Button>
      )}
      <Menu
        trigger={
          <Button>
            <Download size={14} aria-hidden />
            Report
          </Button>
        }
      >
        <MenuItem onSelect={() => download('md')}>Markdown, to read</MenuItem>
        <MenuItem onSelect={() => download('json')}>JSON, everything</MenuItem>
        <MenuItem onSelect={() => download('csv')}>CSV, a row a batch</MenuItem>
      </Menu>
      <Menu
        trigger={
          <IconButton label="More actions" className="size-8">
            <MoreHorizontal size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setDoing('change')}>Change name, notes, expectation…</MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={() => setDoing('delete')}>Delete…</MenuItem>
      </Menu>
      {doing === 'import' && <ImportDialog run={run} onClose={() => setDoing(null)} />}
      {doing === 'change' && <RunDialog run={run} onClose={() => setDoing(null)} />}
      {doing === 'delete' && <DeleteRunDialog run={run} onClose={() => setDoing(null)} />}
    </>
  );
}

/** A run that was begun by hand goes on by hand; one that was found goes on by itself. */
function GoOn({ run }: { run: RunDetail }) {
  const client = useQueryClient();
  const toast = useToast();
  const begin = useMutation(beginBatch(client));
  const end = useMutation(changeBatch(client));
  const finish = useMutation(finishRun(client));
  const current = run.batches.findLast(({ state }) => state === 'running');
  const isPending = begin.isPending || end.isPending || finish.isPending;
  const onError = (error: unknown) => toast(toProblem(error).detail);
  const next = (run.batches.at(-1)?.number ?? 0) + 1;
  return (
    <>
      {/* A cell needs its parameters: it is told by the command or a file. */}
      {!isMatrix(run.kind) && (
        <Button
          variant="primary"
          disabled={isPending}
          title={current === undefined ? undefined : `Batch ${current.number} ends with it`}
          onClick={() => begin.mutate({ id: run.id }, { onSuccess: () => toast(`Batch ${next} began`), onError })}
        >
          Begin batch {next}
        </Button>
      )}
      {current !== undefined && (
        <Button
          disabled={isPending}
          onClick={() =>
            end.mutate(
              { id: run.id, number: current.number, patch: { end: true } },
              { onSuccess: () => toast(`Batch ${current.number} ended`), onError },
            )
          }
        >
          End batch {current.number}
        </Button>
      )}
      <Button
        disabled={isPending}
        onClick={() => finish.mutate(run.id, { onSuccess: () => toast('The run is finished'), onError })}
      >
        Finish
      </Button>
    </>
  );
}
