import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { STORED_FIELDS, type StoredFields, tableOf } from '#lib/db/columns.ts';
import { storableJson, storableText } from '#lib/db/storable.ts';
import type { GpuProcess, SubjectKind } from '#lib/metrics/sample.ts';
import type { Sample } from '#lib/series/increments.ts';

export type SampleRow = {
  readonly kind: SubjectKind;
  readonly subjectId: number;
  readonly layoutId: number;
  readonly sample: Sample;
  readonly processes: readonly GpuProcess[] | null;
};

export type ScrapeRow = {
  readonly targetId: number;
  readonly atMs: number;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly bytes: number;
  readonly samples: number;
  readonly problems: number;
  readonly sameBody: number;
  readonly errorKind: string | null;
  readonly message: string | null;
};

const HEAD = ['subject_id', 'at_ms', 'elapsed_ms', 'missed', 'restarted', 'layout_id'];

/** Writes sample rows with COPY, the cheapest way on both sides. The caller owns the transaction. */
export async function copySamples(client: pg.PoolClient, rows: readonly SampleRow[]): Promise<void> {
  for (const kind of ['engine', 'gpu'] as const) {
    const ofKind = rows.filter((row) => row.kind === kind);
    if (ofKind.length === 0) continue;
    const fields: StoredFields = STORED_FIELDS[kind];
    await copyText(
      client,
      `${tableOf(kind, 'raw')} (${columnsOf(kind, fields)})`,
      ofKind.map((row) => sampleLine(row, fields)),
    );
  }
}

function columnsOf(kind: SubjectKind, fields: StoredFields): string {
  const histograms = fields.histograms.flatMap((name) => [`h_${name}`, `h_${name}_sum`]);
  const columns = [...HEAD, ...fields.gauges, ...fields.counters, ...histograms];
  return (kind === 'gpu' ? [...columns, 'processes'] : columns).join(', ');
}

function sampleLine(row: SampleRow, fields: StoredFields): string {
  const { sample } = row;
  const cells: string[] = [
    String(row.subjectId),
    String(sample.atMs),
    cell(sample.elapsedMs),
    String(sample.missed),
    sample.restarted ? 't' : 'f',
    String(row.layoutId),
  ];
  for (const field of fields.gauges) cells.push(cell(sample.gauges[field]));
  for (const field of fields.counters) cells.push(cell(sample.increases[field]));
  for (const field of fields.histograms) {
    const histogram = sample.histograms[field];
    cells.push(histogram === undefined ? '\\N' : `{${histogram.counts.join(',')}}`, cell(histogram?.sum));
  }
  if (row.kind === 'gpu') cells.push(row.processes === null ? '\\N' : copyEscape(storableJson(row.processes)));
  return `${cells.join('\t')}\n`;
}

function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? '\\N' : String(value);
}

/** Backslash and line ends are COPY's own syntax. */
function copyEscape(text: string): string {
  return storableText(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

async function copyText(client: pg.PoolClient, into: string, lines: readonly string[]): Promise<void> {
  const sink = client.query(copyFrom(`COPY ${into} FROM STDIN`));
  await pipeline(Readable.from([lines.join('')]), sink);
}
