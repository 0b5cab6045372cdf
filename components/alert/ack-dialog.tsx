'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { EndPicker } from '#components/silence/end-picker.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input, TextArea } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { AlertFilter, AlertSummary } from '#lib/api/alerts.ts';
import { ackAlert, ackMany, unackAlert } from '#lib/client/alert-mutations.ts';
import { alertQuery } from '#lib/client/alert-queries.ts';
import { staleText } from '#lib/client/alert-words.ts';
import { toProblem } from '#lib/client/problem.ts';
import { type EndChoice, endMs } from '#lib/client/quiet-times.ts';

type AckDialogProps = {
  alerts: readonly AlertSummary[];
  /** Everything that a filter matches, instead of `alerts`. */
  all?: { readonly filter: AlertFilter; readonly total: number } | null;
  onClose: () => void;
  onDone?: () => void;
};

const REMINDERS = [
  { value: '0', label: 'no reminder' },
  { value: '900000', label: 'remind every 15 min' },
  { value: '3600000', label: 'remind every hour' },
  { value: '14400000', label: 'remind every 4 h' },
] as const;

/** More than this by a filter is confirmed by typing the count. */
const CONFIRM_ABOVE = 20;

/** Take one or many: note, how long, reminder. What was typed stays when somebody was faster. */
export function AckDialog({ alerts, all = null, onClose, onDone }: AckDialogProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [note, setNote] = useState('');
  const [end, setEnd] = useState<EndChoice | 'never'>('never');
  const [custom, setCustom] = useState('');
  const [remind, setRemind] = useState<string>('0');
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const single = all === null && alerts.length === 1 ? alerts[0] : undefined;
  const one = useMutation(ackAlert(client));
  const many = useMutation(ackMany(client));
  const unack = useMutation(unackAlert(client));
  const isStale = one.error !== null && toProblem(one.error).status === 409;
  const fresh = useQuery({ ...alertQuery(single?.id ?? 0), enabled: isStale && single !== undefined });
  const count = all?.total ?? alerts.length;
  const mustConfirm = all !== null && count > CONFIRM_ABOVE;

  const undo = async (id: number) => {
    const after = await client.fetchQuery({ ...alertQuery(id), staleTime: 0 });
    unack.mutate({ id, version: after.version });
  };
  const submit = () => {
    const untilMs = end === 'never' ? null : endMs(end, custom, Date.now());
    if (end !== 'never' && untilMs === null) return setError('Give an end that lies ahead');
    if (mustConfirm && typed.trim() !== String(count)) return setError(`Type ${count} to confirm`);
    setError(null);
    const ack = {
      note: note.trim(),
      ...(untilMs === null ? {} : { untilMs }),
      ...(remind === '0' ? {} : { remindEveryMs: Number(remind) }),
    };
    if (single !== undefined) {
      const version = isStale ? (fresh.data?.version ?? single.version) : single.version;
      one.mutate(
        { id: single.id, version, ...ack },
        {
          onSuccess: () => {
            toast('Acknowledged: it is yours', { label: 'Undo', run: () => void undo(single.id) });
            onDone?.();
            onClose();
          },
        },
      );
      return;
    }
    many.mutate(
      { what: all === null ? { ids: alerts.map(({ id }) => id) } : { filter: all.filter }, ack },
      {
        onSuccess: ({ acked, skipped }) => {
          toast(`${acked} acknowledged${skipped > 0 ? `, ${skipped} were already` : ''}`);
          onDone?.();
          onClose();
        },
      },
    );
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  const failed = [one.error, many.error].find((each) => each !== null);
  const busy = one.isPending || many.isPending;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={count === 1 ? 'Acknowledge' : `Acknowledge ${count} alerts`}
      description={single?.headline ?? 'You take them: nobody else is paged for them until they resolve.'}
    >
      <form onSubmit={onSubmit} className="space-y-4">
        <Field label="Note" hint="What you know or do. Stays with the alert. Ctrl+Enter sends.">
          {(attributes) => (
            <TextArea
              {...attributes}
              rows={3}
              maxLength={4000}
              className="font-sans text-sm"
              value={note}
              onChange={(event) => setNote(event.target.value)}
              onKeyDown={onKeyDown}
            />
          )}
        </Field>
        <EndPicker label="Ends" value={end} custom={custom} onChange={setEnd} onCustom={setCustom} withNever />
        <Select label="Reminder" value={remind} onChange={setRemind} options={REMINDERS} />
        {mustConfirm && (
          <Field label={`Type ${count} to confirm`}>
            {(attributes) => (
              <Input
                {...attributes}
                inputMode="numeric"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        )}
        <div role="alert" className="space-y-2">
          {error !== null && <Notice tone="warning">{error}</Notice>}
          {isStale && (
            <Notice tone="warning">
              <strong className="font-medium">
                {fresh.data === undefined ? toProblem(one.error).detail : staleText(fresh.data, fresh.dataUpdatedAt)}
              </strong>{' '}
              Your note is kept.
              {fresh.data?.ack != null && fresh.data.ack.note !== '' && ` Theirs: “${fresh.data.ack.note}”`}
            </Notice>
          )}
          {failed !== undefined && !isStale && (
            <Notice tone="danger">
              {toProblem(failed).title}. {toProblem(failed).detail}
            </Notice>
          )}
        </div>
        <DialogActions onCancel={onClose}>
          <Button
            type="submit"
            variant="primary"
            disabled={busy || (isStale && (fresh.data === undefined || fresh.data.state === 'resolved'))}
          >
            {busy ? 'Sending…' : isStale ? 'Take it over' : 'Acknowledge'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
