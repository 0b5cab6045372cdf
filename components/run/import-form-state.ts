import { parseParam } from '#lib/runs/cell-params.ts';

/** The fields of an import as they are chosen and typed. */
export type ImportForm = {
  readonly name: string;
  /** `auto`: by what the file says. */
  readonly kind: string;
  /** `name=value`, one a line. */
  readonly params: string;
  /** Minutes east of UTC, `unknown`, or `here` for this browser's zone. */
  readonly offset: string;
};

export const EMPTY_IMPORT: ImportForm = { name: '', kind: 'auto', params: '', offset: 'unknown' };

const HOURS = Array.from({ length: 27 }, (_, i) => i - 12);
export const OFFSETS: readonly string[] = ['unknown', 'here', ...HOURS.map((hour) => String(hour * 60))];

export function offsetLabel(offset: string): string {
  if (offset === 'unknown') return 'not known';
  const minutes = offset === 'here' ? -new Date().getTimezoneOffset() : Number(offset);
  const sign = minutes < 0 ? '−' : '+';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const text = `UTC${sign}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
  return offset === 'here' ? `as this browser, ${text}` : text;
}

/** `a=1,b=x` for the API; null where a line is none. */
export function readParams(text: string): string | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.map((line) => parseParam(line).join('=')).join(',');
  } catch {
    return null;
  }
}

/** The query of `POST /runs/import`. */
export function importQuery(
  form: ImportForm,
  { runId, dryRun, fileName }: { runId: number | null; dryRun: boolean; fileName: string },
): URLSearchParams {
  const params = readParams(form.params);
  const offset = form.offset === 'here' ? String(-new Date().getTimezoneOffset()) : form.offset;
  return new URLSearchParams({
    ...(runId === null
      ? { name: (form.name.trim() === '' ? fileName : form.name.trim()).slice(0, 200) }
      : { run: String(runId) }),
    ...(form.kind === 'auto' || runId !== null ? {} : { kind: form.kind }),
    ...(params === null || params === '' ? {} : { params }),
    ...(offset === 'unknown' ? {} : { utcOffsetMinutes: offset }),
    ...(dryRun ? { dryRun: 'true' } : {}),
  });
}
