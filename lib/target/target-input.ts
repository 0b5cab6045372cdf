import { defaultInterval, type TargetInput } from '#lib/api/targets.ts';
import { formatDurationMs, parseDurationMs } from '#lib/metrics/duration.ts';
import { parseSlo } from '#lib/target/slo-input.ts';
import { MIN_INTERVAL_MS, type Secret, type TargetAuth, type TargetSettings } from '#lib/target/target.ts';

/** One complaint about an input: `path` is the key as written (`auth.bearer`). */
export type InputError = { readonly path: string; readonly message: string };

export type TargetResult =
  | { readonly ok: true; readonly target: TargetSettings }
  | { readonly ok: false; readonly errors: readonly InputError[] };

const MAX_INTERVAL_MS = 3_600_000;

/** Turns what a person wrote into settings, or says for each key what was expected. Shapes were checked by zod before. */
export function parseTarget(input: TargetInput): TargetResult {
  const errors: InputError[] = [];
  const interval = input.interval ?? defaultInterval(input.source);
  const intervalMs = parseDurationMs(interval);
  if (intervalMs === null || intervalMs < MIN_INTERVAL_MS || intervalMs > MAX_INTERVAL_MS) {
    errors.push({
      path: 'interval',
      message: `"${interval}" is not a duration from ${formatDurationMs(MIN_INTERVAL_MS)} to ${formatDurationMs(MAX_INTERVAL_MS)}, e.g. 5s`,
    });
  }
  errors.push(...urlErrors(input));
  const auth = parseAuth(input, errors);
  const slo = input.slo === undefined ? null : parseSlo(input.slo);
  if (slo !== null && !slo.ok)
    errors.push(...slo.errors.map(({ path, message }) => ({ path: `slo.${path}`, message })));
  if (errors.length > 0) return { ok: false, errors };
  const isCommand = input.source === 'nvidia-smi';
  return {
    ok: true,
    target: {
      name: input.name,
      source: input.source,
      url: isCommand ? null : (input.url ?? null),
      intervalMs: intervalMs ?? MIN_INTERVAL_MS,
      labels: input.labels,
      baselineRps: input.baseline_rps ?? null,
      maxRunning: input.max_running ?? null,
      profile: input.profile,
      gpus: input.gpus.map(String),
      slo: slo?.ok === true ? slo.slo : null,
      auth,
      tls:
        input.tls === undefined
          ? null
          : {
              caFile: input.tls.ca_file ?? null,
              serverName: input.tls.server_name ?? null,
              insecureSkipVerify: input.tls.insecure_skip_verify,
            },
    },
  };
}

function urlErrors(input: TargetInput): InputError[] {
  if (input.source === 'nvidia-smi') {
    return input.url === undefined
      ? []
      : [{ path: 'url', message: 'source nvidia-smi runs a local command and takes no url' }];
  }
  if (input.url === undefined)
    return [{ path: 'url', message: 'is missing: expected e.g. http://gpu-01:8000/metrics' }];
  if (!URL.canParse(input.url))
    return [{ path: 'url', message: `"${input.url}" is not a URL: expected e.g. http://gpu-01:8000/metrics` }];
  const url = new URL(input.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return [{ path: 'url', message: `scheme "${url.protocol}" cannot be polled: expected http: or https:` }];
  }
  if (url.username !== '' || url.password !== '') {
    return [{ path: 'url', message: 'holds a password, which would be shown to every reader: use auth.basic' }];
  }
  return [];
}

function parseAuth(input: TargetInput, errors: InputError[]): TargetAuth | null {
  const { auth } = input;
  if (auth === undefined) return null;
  const found: TargetAuth[] = [];
  const bearer = secretOf(auth.bearer, auth.bearer_file, 'auth.bearer', errors);
  if (bearer !== null) found.push({ kind: 'bearer', token: bearer });
  if (auth.basic !== undefined) {
    const password = secretOf(auth.basic.password, auth.basic.password_file, 'auth.basic.password', errors);
    if (password === null) errors.push({ path: 'auth.basic', message: 'needs password or password_file' });
    else found.push({ kind: 'basic', username: auth.basic.username, password });
  }
  if (auth.header !== undefined) {
    const value = secretOf(auth.header.value, auth.header.value_file, 'auth.header.value', errors);
    if (value === null) errors.push({ path: 'auth.header', message: 'needs value or value_file' });
    else if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(auth.header.name)) {
      errors.push({ path: 'auth.header.name', message: `"${auth.header.name}" is not a header name` });
    } else found.push({ kind: 'header', name: auth.header.name, value });
  }
  if (found.length === 0 && errors.every((error) => !error.path.startsWith('auth')))
    errors.push({ path: 'auth', message: 'expected one of bearer, basic, header; found none' });
  if (found.length > 1) errors.push({ path: 'auth', message: 'expected one of bearer, basic, header; found several' });
  return found[0] ?? null;
}

function secretOf(
  text: string | undefined,
  file: string | undefined,
  path: string,
  errors: InputError[],
): Secret | null {
  if (text !== undefined && file !== undefined) {
    errors.push({ path, message: `and ${path}_file are both given: expected one` });
  }
  if (text === '' || file === '') errors.push({ path, message: 'is empty' });
  if (file !== undefined) return { file };
  return text === undefined ? null : { text };
}
