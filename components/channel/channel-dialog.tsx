'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type ChannelErrors,
  type ChannelForm,
  channelFormOf,
  channelProblemErrors,
  EMPTY_CHANNEL,
  KIND_FIELDS,
  KIND_TITLES,
  type KindField,
  readChannelForm,
} from '#components/channel/channel-form-state.ts';
import { MatchersField } from '#components/silence/matchers-field.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Checkbox, Field, Input } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { CHANNEL_KINDS, type ChannelView, SENDS_ACKED } from '#lib/api/channels.ts';
import { SEVERITY_WORDS } from '#lib/client/alert-words.ts';
import { addChannel, changeChannel } from '#lib/client/channel-queries.ts';
import { toProblem } from '#lib/client/problem.ts';
import { SEVERITIES } from '#lib/rules/rule.ts';

/** Add or change a channel. Stored secrets are never shown; an empty field keeps them. */
export function ChannelDialog({ channel, onClose }: { channel: ChannelView | null; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState<ChannelForm>(() => (channel === null ? EMPTY_CHANNEL : channelFormOf(channel)));
  const [formErrors, setFormErrors] = useState<ChannelErrors>({});
  const add = useMutation(addChannel(client));
  const change = useMutation(changeChannel(client));
  const failed = [add.error, change.error].find((error) => error !== null);
  const errors: ChannelErrors = {
    ...(failed === undefined ? {} : channelProblemErrors(toProblem(failed))),
    ...formErrors,
  };
  const stored = channel?.secretsSet ?? {};
  const set = (patch: Partial<ChannelForm>) => setForm({ ...form, ...patch });
  const setValue = (name: string, value: string) => set({ values: { ...form.values, [name]: value } });

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.reset();
    change.reset();
    const result = readChannelForm(form, stored);
    setFormErrors(result.ok ? {} : result.errors);
    if (!result.ok) return;
    const onSuccess = () => {
      toast(`${form.name} is saved. Send a test to see that it arrives.`);
      onClose();
    };
    if (channel === null) add.mutate(result.body, { onSuccess });
    else change.mutate({ id: channel.id, patch: result.body }, { onSuccess });
  };
  const busy = add.isPending || change.isPending;
  const isHeartbeat = form.kind === 'heartbeat';
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={channel === null ? 'New channel' : `Change ${channel.name}`}
    >
      <form onSubmit={onSubmit} noValidate className="space-y-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" error={errors.name}>
            {(attributes) => (
              <Input
                {...attributes}
                autoComplete="off"
                value={form.name}
                onChange={(event) => set({ name: event.target.value })}
              />
            )}
          </Field>
          <Field label="Kind" error={errors.kind}>
            {(attributes) =>
              channel === null ? (
                <div className="*:w-full">
                  <Select
                    id={attributes.id}
                    label="Kind"
                    value={form.kind}
                    onChange={(value) => {
                      const kind = CHANNEL_KINDS.find((each) => each === value) ?? form.kind;
                      set({ kind, values: {}, sendAcked: SENDS_ACKED[kind] });
                    }}
                    options={CHANNEL_KINDS.map((value) => ({ value, label: KIND_TITLES[value] }))}
                  />
                </div>
              ) : (
                <p id={attributes.id}>{KIND_TITLES[channel.kind]}</p>
              )
            }
          </Field>
          {KIND_FIELDS[form.kind].map((field) => (
            <KindInput
              key={field.name}
              field={field}
              value={form.values[field.name] ?? ''}
              error={errors[field.name]}
              isStored={stored[field.name] === true}
              onChange={(value) => setValue(field.name, value)}
            />
          ))}
        </div>
        {!isHeartbeat && <FilterFields form={form} errors={errors} set={set} />}
        {errors.form !== undefined && <Notice tone="danger">{errors.form}</Notice>}
        <DialogActions onCancel={onClose}>
          <Button type="submit" variant="primary" disabled={busy}>
            {busy ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function KindInput({
  field,
  value,
  error,
  isStored,
  onChange,
}: {
  field: KindField;
  value: string;
  error: string | undefined;
  isStored: boolean;
  onChange: (value: string) => void;
}) {
  if (field.type === 'check') {
    return (
      <Checkbox
        label={field.label}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.target.checked))}
      />
    );
  }
  const hint = isStored ? 'Stored. Empty keeps it.' : field.hint;
  return (
    <Field label={field.label} hint={hint} error={error}>
      {(attributes) => (
        <Input
          {...attributes}
          type={field.secret === true ? 'password' : 'text'}
          inputMode={field.type === 'number' ? 'numeric' : undefined}
          autoComplete={field.secret === true ? 'new-password' : 'off'}
          placeholder={isStored ? '••••••••' : field.placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function FilterFields({
  form,
  errors,
  set,
}: {
  form: ChannelForm;
  errors: ChannelErrors;
  set: (patch: Partial<ChannelForm>) => void;
}) {
  return (
    <fieldset className="space-y-3 rounded-md border border-line px-3 py-2">
      <legend className="px-1 font-medium">What it is told</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="From this severity on" error={errors.min_severity}>
          {(attributes) => (
            <div className="*:w-full">
              <Select
                id={attributes.id}
                label="From this severity on"
                value={form.minSeverity}
                onChange={(value) =>
                  set({ minSeverity: SEVERITIES.find((each) => each === value) ?? form.minSeverity })
                }
                options={SEVERITIES.map((value) => ({ value, label: SEVERITY_WORDS[value] }))}
              />
            </div>
          )}
        </Field>
        <Field
          label="Again while it fires, every"
          hint="Until somebody acknowledges; 0s: never again"
          error={errors.repeat_interval_s}
        >
          {(attributes) => (
            <Input
              {...attributes}
              autoComplete="off"
              value={form.repeat}
              onChange={(event) => set({ repeat: event.target.value })}
            />
          )}
        </Field>
      </div>
      <MatchersField
        label="Only alerts that match (empty: all)"
        value={form.matchers}
        onChange={(matchers) => set({ matchers })}
        error={errors.matchers}
      />
      <Checkbox
        label="Also when it resolves"
        checked={form.sendResolved}
        onChange={(event) => set({ sendResolved: event.target.checked })}
      />
      {form.kind !== 'alertmanager' && (
        <Checkbox
          label="Also when somebody acknowledges"
          checked={form.sendAcked}
          onChange={(event) => set({ sendAcked: event.target.checked })}
        />
      )}
    </fieldset>
  );
}
