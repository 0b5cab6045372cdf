import type { RunDetail, RunPatch } from '#lib/api/runs.ts';
import type { RunBody } from '#lib/client/run-mutations.ts';
import { isMatrix, type RunKind } from '#lib/runs/run.ts';

/** The fields of a run as they are typed. */
export type RunForm = {
  readonly name: string;
  readonly kind: RunKind;
  /** Empty: all engines. */
  readonly engines: readonly number[];
  readonly requestsPerSecond: string;
  readonly vramGib: string;
  /** `key=value`, one a line. */
  readonly labels: string;
  readonly notes: string;
};

const GIB = 1024 ** 3;

export const EMPTY_RUN: RunForm = {
  name: '',
  kind: 'multi-batch',
  engines: [],
  requestsPerSecond: '',
  vramGib: '',
  labels: '',
  notes: '',
};

export function runFormOf(run: RunDetail): RunForm {
  const { requestsPerSecond, vramBytes } = run.expectation;
  return {
    name: run.name,
    kind: run.kind,
    engines: run.engines.map(({ id }) => id),
    requestsPerSecond: requestsPerSecond === null ? '' : String(requestsPerSecond),
    vramGib: vramBytes === null ? '' : String(Number((vramBytes / GIB).toPrecision(6))),
    labels: Object.entries(run.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n'),
    notes: run.notes,
  };
}

export type RunFormErrors = Readonly<Partial<Record<keyof RunForm, string>>>;
export type ReadRun =
  | { readonly ok: true; readonly values: Required<RunPatch> }
  | { readonly ok: false; readonly errors: RunFormErrors };

/** What both a new run and a change of one take; an empty expectation is none. */
export function readRunForm(form: RunForm): ReadRun {
  const rps = isMatrix(form.kind) ? null : readPositive(form.requestsPerSecond);
  const vram = readPositive(form.vramGib);
  const labels = readLabels(form.labels);
  const errors: RunFormErrors = {
    ...(form.name.trim() === '' ? { name: 'Give it a name' } : {}),
    ...(rps === undefined ? { requestsPerSecond: 'A number above 0, or nothing' } : {}),
    ...(vram === undefined ? { vramGib: 'A number above 0, or nothing' } : {}),
    ...(labels === null ? { labels: 'One key=value a line' } : {}),
  };
  if (labels === null || rps === undefined || vram === undefined || Object.keys(errors).length > 0) {
    return { ok: false, errors };
  }
  const values = {
    name: form.name.trim(),
    labels,
    notes: form.notes,
    expectation: { requestsPerSecond: rps, vramBytes: vram === null ? null : vram * GIB },
  };
  return { ok: true, values };
}

/** The body of a new run; no engines chosen is all of them, which the API says by leaving them out. */
export function newRunBody(values: Required<RunPatch>, { kind, engines }: Pick<RunForm, 'kind' | 'engines'>): RunBody {
  return { ...values, kind, ...(engines.length === 0 ? {} : { engines: [...engines] }) };
}

/** null: nothing typed; undefined: not a number above 0. */
function readPositive(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Number(text.trim().replace(',', '.'));
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function readLabels(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => /^([^=]+)=(.*)$/.exec(line.trim()));
  if (pairs.some((pair) => pair === null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1]?.trim() ?? '', pair?.[2]?.trim() ?? '']));
}
