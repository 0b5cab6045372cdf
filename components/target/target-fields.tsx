'use client';

import { type FieldErrors, type TargetForm, withSource } from '#components/target/target-form-state.ts';
import { Checkbox, Field, Input, TextArea } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { TARGET_SOURCES, TargetInput } from '#lib/api/targets.ts';

type TargetFieldsProps = {
  form: TargetForm;
  errors: FieldErrors;
  onChange: (form: TargetForm) => void;
  /** A stored secret may be kept. */
  hasAuth: boolean;
};

const SOURCE_LABELS: Readonly<Record<string, string>> = {
  auto: 'auto: recognise what answers',
  vllm: 'vLLM',
  sglang: 'SGLang',
  'nvidia-gpu-exporter': 'nvidia_gpu_exporter (utkuozdemir)',
  dcgm: 'DCGM exporter',
  mindprince: 'nvidia_gpu_prometheus_exporter (mindprince)',
  telegraf: 'Telegraf nvidia_smi',
  'nvidia-smi': 'nvidia-smi on this machine',
  'openai-batch': 'batch API (OpenAI’s /v1/batches)',
};

const AUTH_LABELS = {
  none: 'none',
  keep: 'keep what is stored',
  bearer: 'bearer token',
  basic: 'user and password',
  header: 'a header',
};

/** What a person can say about a target; the first three fields are enough. */
export function TargetFields({ form, errors, onChange, hasAuth }: TargetFieldsProps) {
  const set = (patch: Partial<TargetForm>) => onChange({ ...form, ...patch });
  const text = (
    name: keyof TargetForm & string,
    label: string,
    options: { path?: string; hint?: string; placeholder?: string; type?: string } = {},
  ) => (
    <Field label={label} hint={options.hint} error={errors[options.path ?? name]}>
      {(attributes) => (
        <Input
          {...attributes}
          type={options.type ?? 'text'}
          autoComplete="off"
          placeholder={options.placeholder}
          value={String(form[name])}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const auths = (['none', 'keep', 'bearer', 'basic', 'header'] as const).filter((kind) => kind !== 'keep' || hasAuth);
  return (
    <div className="space-y-3">
      <div className="grid gap-3 sm:grid-cols-2">
        {text('name', 'Name', { placeholder: 'qwen-a' })}
        <Field label="Kind" error={errors.source}>
          {(attributes) => (
            <div className="*:w-full">
              <Select
                id={attributes.id}
                label="Kind"
                value={form.source}
                onChange={(value) => onChange(withSource(form, TargetInput.shape.source.parse(value)))}
                options={TARGET_SOURCES.map((value) => ({ value, label: SOURCE_LABELS[value] ?? value }))}
              />
            </div>
          )}
        </Field>
      </div>
      {form.source !== 'nvidia-smi' &&
        (form.source === 'openai-batch'
          ? text('url', 'Address of the batch API', { placeholder: 'http://gpu-01:4080/v1', type: 'url' })
          : text('url', 'Address of the metrics page', { placeholder: 'http://gpu-01:8000/metrics', type: 'url' }))}
      <div className="grid gap-3 sm:grid-cols-2">
        {text('interval', 'Poll every', { hint: 'A duration such as 5s or 1m' })}
        <Field label="Labels" hint="One name=value a line. The same host links engines and GPUs." error={errors.labels}>
          {(attributes) => (
            <TextArea
              {...attributes}
              rows={2}
              placeholder="host=gpu-01"
              value={form.labels}
              onChange={(event) => set({ labels: event.target.value })}
            />
          )}
        </Field>
      </div>
      <details className="rounded-md border border-line px-3 py-2">
        <summary className="min-h-6 font-medium">Baseline, GPUs, profile</summary>
        <div className="grid gap-3 pt-2 sm:grid-cols-2">
          {text('baselineRps', 'Baseline, req/s', { path: 'baseline_rps', hint: 'Empty: it is learned' })}
          {text('maxRunning', 'Most running requests', { path: 'max_running', hint: 'max_num_seqs of the engine' })}
          {text('gpus', 'GPUs it runs on', { hint: 'Indices or UUIDs, comma separated' })}
          <Field
            label="Limits"
            hint="relative: to this engine’s baseline. literal: as the reports print them."
            error={errors.profile}
          >
            {(attributes) => (
              <Select
                id={attributes.id}
                label="Limits"
                value={form.profile}
                onChange={(value) => set({ profile: value === 'literal' ? 'literal' : 'relative' })}
                options={[
                  { value: 'relative', label: 'relative' },
                  { value: 'literal', label: 'literal' },
                ]}
              />
            )}
          </Field>
        </div>
      </details>
      <details
        className="rounded-md border border-line px-3 py-2"
        open={errors.auth !== undefined || errors.tls !== undefined}
      >
        <summary className="min-h-6 font-medium">Access and TLS</summary>
        <div className="grid gap-3 pt-2 sm:grid-cols-2">
          <Field label="Authentication" error={errors.auth}>
            {(attributes) => (
              <Select
                id={attributes.id}
                label="Authentication"
                value={form.auth}
                onChange={(value) => set({ auth: auths.find((kind) => kind === value) ?? 'none' })}
                options={auths.map((value) => ({ value, label: AUTH_LABELS[value] }))}
              />
            )}
          </Field>
          {form.auth === 'basic' && text('secretName', 'User', { path: 'auth.basic.username' })}
          {form.auth === 'header' && text('secretName', 'Header name', { path: 'auth.header.name' })}
          {form.auth !== 'none' &&
            form.auth !== 'keep' &&
            text('secret', 'Secret', { type: 'password', hint: 'Stored, never shown again' })}
          {text('tlsServerName', 'TLS server name')}
          {text('tlsCaFile', 'CA file', { hint: 'A path on the machine that polls' })}
          <Checkbox
            label="Do not verify the certificate"
            checked={form.tlsInsecure}
            onChange={(event) => set({ tlsInsecure: event.target.checked })}
          />
        </div>
        {errors.tls !== undefined && <p className="mt-1 text-xs">▲ {errors.tls}</p>}
      </details>
    </div>
  );
}
