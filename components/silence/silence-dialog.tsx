'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { EndPicker } from '#components/silence/end-picker.tsx';
import { MatchersField } from '#components/silence/matchers-field.tsx';
import { SilencePreview } from '#components/silence/silence-preview.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { parseMatchers } from '#lib/alerts/matchers.ts';
import { useNowMs } from '#lib/client/now.ts';
import { toProblem } from '#lib/client/problem.ts';
import { type EndChoice, endMs } from '#lib/client/quiet-times.ts';
import { addSilence } from '#lib/client/silence-queries.ts';
import { useUtc } from '#lib/client/url-state.ts';
import { instantLabel } from '#lib/client/wall-clock.ts';

/** Mute what matches, for a while, with a reason, after seeing what it hits. */
export function SilenceDialog({
  matchers: initial,
  reason: initialReason = '',
  beyond = [],
  onClose,
}: {
  matchers: string;
  reason?: string;
  /** By what the list it is opened from is narrowed that a silence cannot look at. */
  beyond?: readonly string[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const toast = useToast();
  const [utc] = useUtc();
  const nowMs = useNowMs();
  const [text, setText] = useState(initial);
  const [reason, setReason] = useState(initialReason);
  const [end, setEnd] = useState<EndChoice>('1h');
  const [custom, setCustom] = useState('');
  const [errors, setErrors] = useState<{ matchers?: string; reason?: string; end?: string }>({});
  const add = useMutation(addSilence(client));
  const endsAtMs = nowMs === null ? null : endMs(end, custom, nowMs);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const untilMs = endMs(end, custom, Date.now());
    const parsed = parseMatchers(text);
    const found = {
      ...(!parsed.ok
        ? { matchers: parsed.message }
        : parsed.matchers.length === 0
          ? { matchers: 'At least one matcher is needed: a silence of everything must be meant' }
          : {}),
      ...(reason.trim() === '' ? { reason: 'Say why: others see it instead of the page' } : {}),
      ...(untilMs === null ? { end: 'Give an end that lies ahead' } : {}),
    };
    setErrors(found);
    if (untilMs === null || Object.keys(found).length > 0) return;
    add.mutate(
      { matchers: text, reason: reason.trim(), endsAtMs: untilMs },
      {
        onSuccess: (silence) => {
          toast(`Muted until ${instantLabel(silence.endsAtMs, utc)}`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title="Mute"
      description="Evaluation goes on; nobody is paged for what matches until it ends."
    >
      <form onSubmit={onSubmit} noValidate className="space-y-4">
        <MatchersField label="What" value={text} onChange={setText} error={errors.matchers} />
        <Field label="Why" error={errors.reason}>
          {(attributes) => (
            <Input
              {...attributes}
              maxLength={2000}
              autoComplete="off"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div>
          <EndPicker label="For how long" value={end} custom={custom} onChange={setEnd} onCustom={setCustom} />
          <p className="mt-1 text-xs text-muted" role={errors.end === undefined ? undefined : 'alert'}>
            {errors.end ?? (endsAtMs === null ? '' : `Ends ${instantLabel(endsAtMs, utc)}${utc ? ' UTC' : ''}`)}
          </p>
        </div>
        {beyond.length > 0 && (
          <Notice tone="warning">
            A silence looks at labels only. It also mutes what your list leaves out by {beyond.join(' and by ')}: see
            below what it hits.
          </Notice>
        )}
        <SilencePreview matchers={text} />
        {add.error !== null && (
          <Notice tone="danger">
            {toProblem(add.error).title}. {toProblem(add.error).detail}
          </Notice>
        )}
        <DialogActions onCancel={onClose} sticky>
          <Button type="submit" variant="primary" disabled={add.isPending}>
            {add.isPending ? 'Muting…' : 'Mute'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
