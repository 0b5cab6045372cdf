'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { TargetFields } from '#components/target/target-fields.tsx';
import {
  EMPTY_FORM,
  type FieldErrors,
  formOf,
  patchOf,
  problemErrors,
  readForm,
} from '#components/target/target-form-state.ts';
import { TestResult } from '#components/target/test-result.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { Target } from '#lib/api/targets.ts';
import { toProblem } from '#lib/client/problem.ts';
import { addTarget, changeTarget, testTarget } from '#lib/client/target-mutations.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';

type TargetDialogProps = { target?: Target | undefined; onClose: () => void };

/** Add or change a target: test it first, see what is recognised and what is missing, then save. */
export function TargetDialog({ target, onClose }: TargetDialogProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState(() =>
    target === undefined ? EMPTY_FORM : formOf(target, formatDurationMs(target.intervalMs)),
  );
  const [formErrors, setFormErrors] = useState<FieldErrors>({});
  const fields = useRef<HTMLFormElement>(null);
  const add = useMutation(addTarget(client));
  const change = useMutation(changeTarget(client));
  const test = useMutation(testTarget());
  const failed = [add.error, change.error, test.error].find((error) => error !== null);
  const errors: FieldErrors = { ...(failed === undefined ? {} : problemErrors(toProblem(failed))), ...formErrors };

  const read = () => {
    add.reset();
    change.reset();
    const result = readForm(form);
    flushSync(() => setFormErrors(result.ok ? {} : result.errors));
    if (!result.ok) fields.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
    return result;
  };
  const onTest = () => {
    test.reset();
    const result = read();
    if (result.ok) test.mutate(result.input);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const result = read();
    if (!result.ok) return;
    const done = () => {
      toast(target === undefined ? `${result.input.name} is added and polled` : `${result.input.name} is changed`);
      onClose();
    };
    if (target === undefined) add.mutate(result.input, { onSuccess: done });
    else change.mutate({ id: target.id, patch: patchOf(form, result.input) }, { onSuccess: done });
  };
  const busy = add.isPending || change.isPending;

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      wide
      title={target === undefined ? 'Add a target' : `Change ${target.name}`}
      description="A vLLM or SGLang server, or a GPU exporter"
    >
      <form ref={fields} onSubmit={onSubmit} noValidate className="space-y-4">
        <TargetFields form={form} errors={errors} onChange={setForm} hasAuth={target?.hasAuth === true} />
        {errors.form !== undefined && <Notice tone="danger">{errors.form}</Notice>}
        {test.data !== undefined && <TestResult result={test.data} />}
        <div className="sticky -bottom-4 -mx-4 -mb-4 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-3">
          <Button onClick={onTest} disabled={test.isPending}>
            {test.isPending ? 'Testing…' : 'Test'}
          </Button>
          <span className="hidden text-xs text-muted sm:inline">One poll, nothing is stored</span>
          <span className="ml-auto flex gap-2">
            <Button variant="quiet" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" disabled={busy}>
              {busy ? 'Saving…' : target === undefined ? 'Add target' : 'Save'}
            </Button>
          </span>
        </div>
      </form>
    </Dialog>
  );
}
