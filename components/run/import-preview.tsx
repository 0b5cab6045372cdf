import { Instant } from '#components/status/instant.tsx';
import { Shape } from '#components/status/shape.tsx';
import type { RunImport } from '#lib/api/run-import.ts';
import { KIND_WORDS } from '#lib/client/run-words.ts';

/** What was recognised in a file, cell by cell, and what could not be placed in time. */
export function ImportPreview({ file, result }: { file: string; result: RunImport }) {
  const { recognised, kind, engines, cells } = result;
  return (
    <section aria-label={`What is in ${file}`} className="space-y-2">
      <p role="status" className="[overflow-wrap:anywhere]">
        <strong className="font-medium">{file}</strong>: {recognised}, as {KIND_WORDS[kind].toLowerCase()}
        {engines.length === 0 ? '. No engine here serves its model' : `, on ${engines.join(', ')}`}
      </p>
      <ul className="max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {cells.map(({ name, startedAtMs, remarks }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cells of a file have no other identity, and never move
          <li key={i} className="px-2 py-1">
            <p className="flex items-center gap-1.5">
              <Shape name={startedAtMs === null ? 'caution' : 'ok'} size={10} />
              <span className="min-w-0 [overflow-wrap:anywhere]">{name}</span>
              <span className="ml-auto shrink-0 text-xs text-muted">
                {startedAtMs === null ? 'time not known' : <Instant ms={startedAtMs} />}
              </span>
            </p>
            {remarks.map((remark) => (
              <p key={remark} className="text-xs text-muted [overflow-wrap:anywhere]">
                {remark}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
