import type { Problem } from '#lib/api/problem.ts';
import { defaultInterval, type Target, TargetInput, type TargetPatch } from '#lib/api/targets.ts';

/** The form as text, as a person types it. */
export type TargetForm = {
  readonly name: string;
  readonly source: TargetInput['source'];
  readonly url: string;
  readonly interval: string;
  /** One `name=value` a line. */
  readonly labels: string;
  readonly baselineRps: string;
  readonly maxRunning: string;
  readonly profile: TargetInput['profile'];
  /** Comma separated indices or UUIDs. */
  readonly gpus: string;
  readonly auth: 'none' | 'keep' | 'bearer' | 'basic' | 'header';
  readonly secretName: string;
  readonly secret: string;
  readonly tlsServerName: string;
  readonly tlsCaFile: string;
  readonly tlsInsecure: boolean;
};

export const EMPTY_FORM: TargetForm = {
  name: '',
  source: 'auto',
  url: '',
  interval: '5s',
  labels: '',
  baselineRps: '',
  maxRunning: '',
  profile: 'relative',
  gpus: '',
  auth: 'none',
  secretName: '',
  secret: '',
  tlsServerName: '',
  tlsCaFile: '',
  tlsInsecure: false,
};

export function formOf(target: Target, intervalText: string): TargetForm {
  return {
    ...EMPTY_FORM,
    name: target.name,
    source: target.source,
    url: target.url ?? '',
    interval: intervalText,
    labels: Object.entries(target.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    baselineRps: target.baselineRps === null ? '' : String(target.baselineRps),
    maxRunning: target.maxRunning === null ? '' : String(target.maxRunning),
    profile: target.profile,
    gpus: target.gpus.join(', '),
    // Secrets are write-only, so the form cannot show them: it keeps them unless told otherwise.
    auth: target.hasAuth ? 'keep' : 'none',
  };
}

/** Another kind, polled as often as that kind is by default unless the person chose something. */
export function withSource(form: TargetForm, source: TargetForm['source']): TargetForm {
  const isDefault = form.interval === defaultInterval(form.source);
  return { ...form, source, interval: isDefault ? defaultInterval(source) : form.interval };
}

export type FieldErrors = Readonly<Record<string, string>>;
export type FormResult =
  | { readonly ok: true; readonly input: TargetInput }
  | { readonly ok: false; readonly errors: FieldErrors };

/** The form as the API takes it, or what is wrong at which field. */
export function readForm(form: TargetForm): FormResult {
  const errors: Record<string, string> = {};
  const labels = readLabels(form.labels, errors);
  const candidate = {
    name: form.name.trim(),
    source: form.source,
    interval: form.interval.trim(),
    labels,
    profile: form.profile,
    gpus: form.gpus
      .split(/[,\s]+/)
      .filter((text) => text !== '')
      .map((text) => (/^\d+$/.test(text) ? Number(text) : text)),
    ...optional('url', form.source === 'nvidia-smi' ? '' : form.url.trim()),
    ...optionalNumber('baseline_rps', form.baselineRps, errors),
    ...optionalNumber('max_running', form.maxRunning, errors),
    ...readAuth(form),
    ...readTls(form),
  };
  if (form.source !== 'nvidia-smi' && form.url.trim() === '') errors.url = 'Give the address that is polled';
  if (form.name.trim() === '') errors.name = 'Give it a name';
  const parsed = TargetInput.safeParse(candidate);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) errors[String(issue.path[0] ?? 'form')] ??= issue.message;
  }
  return parsed.success && Object.keys(errors).length === 0 ? { ok: true, input: parsed.data } : { ok: false, errors };
}

/** What the form changes: without `auth` the stored secret stays, and what was emptied is taken away. */
export function patchOf(form: TargetForm, input: TargetInput): TargetPatch {
  const { auth, ...rest } = input;
  return {
    ...rest,
    url: input.url ?? null,
    baseline_rps: input.baseline_rps ?? null,
    max_running: input.max_running ?? null,
    ...(form.auth === 'keep' ? {} : { auth: auth ?? null }),
  };
}

/** A problem's `errors` by the field of the form that they belong to; `form` holds what has no field. */
export function problemErrors(problem: Problem): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { path, message } of problem.errors) {
    const field = path.replace(/^\//, '').split(/[./[]/)[0] ?? '';
    const known = field === '' ? 'form' : field;
    errors[known] = errors[known] === undefined ? message : `${errors[known]}; ${message}`;
  }
  if (problem.errors.length === 0) errors.form = problem.detail === '' ? problem.title : problem.detail;
  return errors;
}

const optional = (name: string, value: string) => (value === '' ? {} : { [name]: value });

function optionalNumber(name: string, text: string, errors: Record<string, string>): Record<string, number> {
  if (text.trim() === '') return {};
  const value = Number(text);
  if (Number.isFinite(value)) return { [name]: value };
  errors[name] = 'Must be a number';
  return {};
}

function readLabels(text: string, errors: Record<string, string>): Record<string, string> {
  const labels: [string, string][] = [];
  for (const line of text.split('\n').map((part) => part.trim())) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at <= 0) errors.labels = `“${line}” is not name=value`;
    else labels.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return Object.fromEntries(labels);
}

function readAuth(form: TargetForm): Pick<TargetInput, 'auth'> {
  const { auth, secret, secretName } = form;
  if (auth === 'bearer') return { auth: { bearer: secret } };
  if (auth === 'basic') return { auth: { basic: { username: secretName, password: secret } } };
  if (auth === 'header') return { auth: { header: { name: secretName, value: secret } } };
  return {};
}

function readTls(form: TargetForm): Pick<TargetInput, 'tls'> {
  if (form.tlsServerName === '' && form.tlsCaFile === '' && !form.tlsInsecure) return {};
  return {
    tls: {
      insecure_skip_verify: form.tlsInsecure,
      ...(form.tlsServerName === '' ? {} : { server_name: form.tlsServerName }),
      ...(form.tlsCaFile === '' ? {} : { ca_file: form.tlsCaFile }),
    },
  };
}
