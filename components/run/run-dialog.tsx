'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import {
  EMPTY_RUN,
  newRunBody,
  type RunForm,
  type RunFormErrors,
  readRunForm,
  runFormOf,
} from '#components/run/run-form-state.ts';
import { Button } from '#components/ui/button.tsx';
import { Chip } from '#components/ui/chips.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input, TextArea } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { toProblem } from '#lib/client/problem.ts';
import { subjectsQuery } from '#lib/client/queries.ts';
import { changeRun, startRun } from '#lib/client/run-mutations.ts';
import { KIND_WORDS } from '#lib/client/run-words.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { isMatrix, RUN_KINDS } from '#lib/runs/run.ts';

/** Starts a run (`run` null), or changes what people wrote about one. */
export function RunDialog({ run, onClose }: { run: RunDetail | null; onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [form, setForm] = useState<RunForm>(() => (run === null ? EMPTY_RUN : runFormOf(run)));
  const [errors, setErrors] = useState<RunFormErrors>({});
  const start = useMutation(startRun(client));
  const change = useMutation(changeRun(client));
  const error = start.error ?? change.error;
  const isPending = start.isPending || change.isPending;
  const set = (patch: Partial<RunForm>) => setForm({ ...form, ...patch });

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const read = readRunForm(form);
    setErrors(read.ok ? {} : read.errors);
    if (!read.ok) return;
    if (run === null) {
      const onSuccess = ({ id }: { id: number }) => router.push(`/runs/${id}`);
      start.mutate(newRunBody(read.values, form), { onSuccess });
      return;
    }
    const onSuccess = () => {
      toast('Saved');
      onClose();
    };
    change.mutate({ id: run.id, patch: read.values }, { onSuccess });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={run === null ? 'Start a run' : `Change ${run.name}`}
      description={
        run === null
          ? 'It begins now. Begin its batches on its page or from your script; the engines are measured all the while.'
          : 'What is measured stays as it is; criteria are judged again by the new expectation.'
      }
    >
      <form onSubmit={onSubmit} noValidate className="space-y-4">
        <Field label="Name" error={errors.name}>
          {(attributes) => (
            <Input
              {...attributes}
              autoComplete="off"
              maxLength={200}
              placeholder="nightly 3 × 5k"
              value={form.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        {run === null && (
          <Field
            label="Kind"
            hint={
              isMatrix(form.kind)
                ? 'Its batches are cells: each with its parameters, from a script or a result file.'
                : 'Batches that should be alike: does memory leak, does speed hold.'
            }
          >
            {({ id }) => (
              <Select
                id={id}
                label="Kind"
                value={form.kind}
                onChange={(kind) => set({ kind: RUN_KINDS.find((each) => each === kind) ?? 'multi-batch' })}
                options={RUN_KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind] }))}
              />
            )}
          </Field>
        )}
        {run === null && <EngineChoice chosen={form.engines} onChange={(engines) => set({ engines })} />}
        <TextFields form={form} errors={errors} set={set} />
        {error !== null && (
          <Notice tone="danger">
            {toProblem(error).title}. {toProblem(error).detail}
          </Notice>
        )}
        <DialogActions onCancel={onClose} sticky>
          <Button type="submit" variant="primary" disabled={isPending}>
            {run === null ? (isPending ? 'Starting…' : 'Start') : isPending ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function EngineChoice({
  chosen,
  onChange,
}: {
  chosen: readonly number[];
  onChange: (engines: readonly number[]) => void;
}) {
  const { data, error } = useQuery(subjectsQuery('engine', 30_000));
  const names = shortNames(data?.items ?? []);
  const toggle = (id: number) =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <fieldset className="flex min-w-0 flex-wrap gap-1.5">
      <legend className="mb-1 font-medium">Engines</legend>
      {error !== null && <p className="w-full text-xs">▲ {toProblem(error).detail}</p>}
      <Chip pressed={chosen.length === 0} onClick={() => onChange([])}>
        all
      </Chip>
      {(data?.items ?? []).map(({ id, name }) => (
        <Chip key={id} pressed={chosen.includes(id)} onClick={() => toggle(id)} title={name}>
          <span className="max-w-60 truncate">{names.get(id) ?? name}</span>
        </Chip>
      ))}
    </fieldset>
  );
}

type TextFieldsProps = { form: RunForm; errors: RunFormErrors; set: (patch: Partial<RunForm>) => void };

function TextFields({ form, errors, set }: TextFieldsProps) {
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        {!isMatrix(form.kind) && (
          <Field
            label="Expected throughput, req/s"
            hint="Empty: throughput is not judged against an expectation."
            error={errors.requestsPerSecond}
          >
            {(attributes) => (
              <Input
                {...attributes}
                inputMode="decimal"
                autoComplete="off"
                value={form.requestsPerSecond}
                onChange={(event) => set({ requestsPerSecond: event.target.value })}
              />
            )}
          </Field>
        )}
        <Field label="Expected VRAM at the peak, GiB" hint="On each GPU." error={errors.vramGib}>
          {(attributes) => (
            <Input
              {...attributes}
              inputMode="decimal"
              autoComplete="off"
              value={form.vramGib}
              onChange={(event) => set({ vramGib: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label="Labels" hint="One key=value a line: input=batch_5k.jsonl" error={errors.labels}>
        {(attributes) => (
          <TextArea
            {...attributes}
            rows={2}
            spellCheck={false}
            value={form.labels}
            onChange={(event) => set({ labels: event.target.value })}
          />
        )}
      </Field>
      <Field label="Notes">
        {(attributes) => (
          <TextArea
            {...attributes}
            rows={4}
            maxLength={20_000}
            value={form.notes}
            onChange={(event) => set({ notes: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
