'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import {
  EMPTY_IMPORT,
  type ImportForm,
  importQuery,
  OFFSETS,
  offsetLabel,
  readParams,
} from '#components/run/import-form-state.ts';
import { ImportPreview } from '#components/run/import-preview.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input, TextArea } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RunImport } from '#lib/api/run-import.ts';
import type { RunDetail } from '#lib/api/runs.ts';
import { toProblem } from '#lib/client/problem.ts';
import { importRun } from '#lib/client/run-mutations.ts';
import { KIND_WORDS } from '#lib/client/run-words.ts';
import { isMatrix, RUN_KINDS } from '#lib/runs/run.ts';

type Look = { readonly file: string; readonly result: RunImport };

/** Result files of load generators: first what is in them, then a run of their cells; `run` given: more cells of that run. */
export function ImportDialog({ run, onClose }: { run: RunDetail | null; onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [form, setForm] = useState<ImportForm>(EMPTY_IMPORT);
  const [looks, setLooks] = useState<readonly Look[]>([]);
  const send = useMutation(importRun(client));
  const params = readParams(form.params);
  const set = (patch: Partial<ImportForm>) => {
    setForm({ ...form, ...patch });
    setLooks([]);
  };

  /** Each file after the other, into the same run. Stops at the first that is refused; the mutation holds why. */
  const each = async (chosen: readonly File[], dryRun: boolean): Promise<readonly Look[] | null> => {
    const done: Look[] = [];
    let runId = run?.id ?? null;
    for (const file of chosen) {
      const query = importQuery(form, { runId, dryRun, fileName: file.name });
      try {
        const result = await send.mutateAsync({ file, query });
        runId = result.runId ?? runId;
        done.push({ file: file.name, result });
      } catch {
        // Shown from the mutation's own error.
        return null;
      }
    }
    return done;
  };
  const onChoose = async (chosen: readonly File[]) => {
    setFiles(chosen);
    setLooks([]);
    send.reset();
    if (params !== null && chosen.length > 0) setLooks((await each(chosen, true)) ?? []);
  };
  const onImport = async () => {
    const done = await each(files, false);
    const id = done?.at(-1)?.result.runId ?? null;
    if (done === null || id === null) return;
    const cells = done.reduce((sum, { result }) => sum + result.cells.length, 0);
    toast(cells === 1 ? '1 cell is imported' : `${cells} cells are imported`);
    onClose();
    if (run === null) router.push(`/runs/${id}`);
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={run === null ? 'Import results' : `Add results to ${run.name}`}
      description="What vllm bench serve, GuideLLM and AIPerf write as JSON. Each measurement becomes a cell of a test matrix."
    >
      <div className="space-y-4">
        <Field label="Result files" hint="Which tool a file is from is seen by its shape. Up to 64 MiB each.">
          {(attributes) => (
            <input
              {...attributes}
              type="file"
              multiple
              accept=".json,.jsonl,application/json"
              className="block w-full text-sm"
              onChange={(event) => void onChoose([...(event.target.files ?? [])])}
            />
          )}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          {run === null && (
            <Field label="Name" hint="Empty: the name of the file.">
              {(attributes) => (
                <Input
                  {...attributes}
                  autoComplete="off"
                  maxLength={200}
                  value={form.name}
                  onChange={(event) => setForm({ ...form, name: event.target.value })}
                />
              )}
            </Field>
          )}
          {run === null && (
            <Field label="Kind">
              {({ id }) => (
                <Select
                  id={id}
                  label="Kind"
                  value={form.kind}
                  onChange={(kind) => set({ kind })}
                  options={[
                    { value: 'auto', label: 'by what the file says' },
                    ...RUN_KINDS.filter(isMatrix).map((kind) => ({ value: kind, label: KIND_WORDS[kind] })),
                  ]}
                />
              )}
            </Field>
          )}
          <Field
            label="Parameters"
            hint="Of every cell, above what the file says. One name=value a line: gpu=L4"
            error={params === null ? 'One name=value a line, names in lower case' : undefined}
          >
            {(attributes) => (
              <TextArea
                {...attributes}
                rows={2}
                spellCheck={false}
                placeholder={'context_tokens=1024\nscenario=burst_5x_spike'}
                value={form.params}
                onChange={(event) => set({ params: event.target.value })}
              />
            )}
          </Field>
          <Field
            label="Clock of the load generator"
            hint="vllm bench and AIPerf write times without a zone. With it the server's metrics are found beside them."
          >
            {({ id }) => (
              <Select
                id={id}
                label="Clock of the load generator"
                value={form.offset}
                onChange={(offset) => set({ offset })}
                options={OFFSETS.map((offset) => ({ value: offset, label: offsetLabel(offset) }))}
              />
            )}
          </Field>
        </div>
        {send.error !== null && <Notice tone="danger">{toProblem(send.error).detail}</Notice>}
        {looks.map(({ file, result }) => (
          <ImportPreview key={file} file={file} result={result} />
        ))}
        <DialogActions onCancel={onClose} sticky>
          {looks.length === 0 && (
            <Button
              disabled={files.length === 0 || params === null || send.isPending}
              onClick={() => void onChoose(files)}
            >
              {send.isPending ? 'Reading…' : 'What is in it'}
            </Button>
          )}
          <Button
            variant="primary"
            disabled={looks.length === 0 || params === null || send.isPending}
            onClick={() => void onImport()}
          >
            {send.isPending && looks.length > 0 ? 'Importing…' : 'Import'}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
