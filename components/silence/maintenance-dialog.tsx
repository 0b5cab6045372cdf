'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type MaintenanceForm,
  maintenanceFormOf,
  readSchedule,
  WEEKDAYS,
} from '#components/silence/maintenance-form-state.ts';
import { MatchersField } from '#components/silence/matchers-field.tsx';
import { SilencePreview } from '#components/silence/silence-preview.tsx';
import { Button } from '#components/ui/button.tsx';
import { Chip, ChipChoice } from '#components/ui/chips.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DialogActions } from '#components/ui/dialog-actions.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { parseMatchers } from '#lib/alerts/matchers.ts';
import type { MaintenanceView } from '#lib/api/silences.ts';
import { toProblem } from '#lib/client/problem.ts';
import { saveMaintenance } from '#lib/client/silence-queries.ts';

type Errors = Readonly<Record<string, string>>;
const KINDS = [
  { value: 'weekly', label: 'every week' },
  { value: 'once', label: 'once' },
] as const;

export function MaintenanceDialog({ window, onClose }: { window: MaintenanceView | null; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [form, setForm] = useState(() =>
    maintenanceFormOf(window, Intl.DateTimeFormat().resolvedOptions().timeZone, Date.now()),
  );
  const [errors, setErrors] = useState<Errors>({});
  const save = useMutation(saveMaintenance(client));
  const set = (patch: Partial<MaintenanceForm>) => setForm({ ...form, ...patch });

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseMatchers(form.matchers);
    const schedule = readSchedule(form);
    const found: Errors = {
      ...(form.title.trim() === '' ? { title: 'Give it a name' } : {}),
      ...(parsed.ok && parsed.matchers.length > 0
        ? {}
        : { matchers: parsed.ok ? 'At least one matcher' : parsed.message }),
      ...(schedule.ok ? {} : { [schedule.field]: schedule.message }),
    };
    setErrors(found);
    if (!schedule.ok || Object.keys(found).length > 0) return;
    const input = {
      title: form.title.trim(),
      matchers: form.matchers,
      schedule: schedule.schedule,
      enabled: window?.enabled ?? true,
    };
    save.mutate(
      { id: window?.id ?? null, input },
      {
        onSuccess: () => {
          toast(`${input.title} is saved`);
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
      title={window === null ? 'New maintenance window' : `Change ${window.title}`}
      description="Alerts that match are muted while it is open."
    >
      <form onSubmit={onSubmit} noValidate className="space-y-4">
        <Field label="Name" error={errors.title}>
          {(attributes) => (
            <Input
              {...attributes}
              autoComplete="off"
              value={form.title}
              onChange={(event) => set({ title: event.target.value })}
            />
          )}
        </Field>
        <ChipChoice label="When" value={form.kind} options={KINDS} onChange={(kind) => set({ kind })} />
        {form.kind === 'weekly' ? (
          <WeeklyFields form={form} errors={errors} set={set} />
        ) : (
          <OnceFields form={form} errors={errors} set={set} />
        )}
        <MatchersField
          label="What"
          value={form.matchers}
          onChange={(matchers) => set({ matchers })}
          error={errors.matchers}
        />
        <SilencePreview matchers={form.matchers} />
        {save.error !== null && <Notice tone="danger">{toProblem(save.error).detail}</Notice>}
        <DialogActions onCancel={onClose}>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

type PartProps = { form: MaintenanceForm; errors: Errors; set: (patch: Partial<MaintenanceForm>) => void };

function OnceFields({ form, errors, set }: PartProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="From (your local time)" error={errors.startsAt}>
        {(attributes) => (
          <Input
            {...attributes}
            type="datetime-local"
            value={form.startsAt}
            onChange={(event) => set({ startsAt: event.target.value })}
          />
        )}
      </Field>
      <Field label="Until (your local time)" error={errors.endsAt}>
        {(attributes) => (
          <Input
            {...attributes}
            type="datetime-local"
            value={form.endsAt}
            onChange={(event) => set({ endsAt: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function WeeklyFields({ form, errors, set }: PartProps) {
  const toggle = (day: number) =>
    set({ days: form.days.includes(day) ? form.days.filter((other) => other !== day) : [...form.days, day] });
  return (
    <div className="space-y-3">
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="mb-1 font-medium">Starts on</legend>
        {WEEKDAYS.map((name, index) => (
          <Chip key={name} pressed={form.days.includes(index + 1)} onClick={() => toggle(index + 1)}>
            {name}
          </Chip>
        ))}
        {errors.days !== undefined && <p className="w-full text-xs">▲ {errors.days}</p>}
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="At" error={errors.start}>
          {(attributes) => (
            <Input
              {...attributes}
              type="time"
              value={form.start}
              onChange={(event) => set({ start: event.target.value })}
            />
          )}
        </Field>
        <Field label="For, hours" error={errors.hours}>
          {(attributes) => (
            <Input
              {...attributes}
              inputMode="decimal"
              value={form.hours}
              onChange={(event) => set({ hours: event.target.value })}
            />
          )}
        </Field>
        <Field label="Time zone" error={errors.timeZone}>
          {(attributes) => (
            <>
              <Input
                {...attributes}
                list={`${attributes.id}-zones`}
                autoComplete="off"
                value={form.timeZone}
                onChange={(event) => set({ timeZone: event.target.value })}
              />
              <datalist id={`${attributes.id}-zones`}>
                {Intl.supportedValuesOf('timeZone').map((zone) => (
                  <option key={zone} value={zone} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      </div>
    </div>
  );
}
