import type { BatchView } from '#lib/api/runs.ts';
import { batchStateText, errorsText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** What of the batches does not fit a column: errors, notes, and what could not be measured and why. */
export function BatchDetails({ batches }: { batches: readonly BatchView[] }) {
  const rows = batches.flatMap((batch) => {
    const lines = linesOf(batch);
    return lines.length === 0 ? [] : [{ batch, lines }];
  });
  if (rows.length === 0) return null;
  return (
    <dl className="space-y-1.5 border-t border-line px-3 py-2 text-xs">
      {rows.map(({ batch, lines }) => (
        <div key={batch.number} className="grid gap-x-3 sm:grid-cols-[5rem_minmax(0,1fr)]">
          <dt className="font-medium">Batch {batch.number}</dt>
          {lines.map((line) => (
            <dd key={line} className="[overflow-wrap:anywhere] sm:col-start-2">
              {line}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

function linesOf(batch: BatchView): readonly string[] {
  const { cell, errors, crashes, oomErrors, notes, missing, externalId, stateWord } = batch;
  return [
    ...(externalId === null ? [] : [`At the batch API: ${externalId}`]),
    ...(stateWord === null ? [] : [`State: ${batchStateText(batch)}`]),
    ...(Object.keys(errors).length === 0 ? [] : [`Errors: ${errorsText(errors)}`]),
    ...((crashes ?? 0) > 0 ? [`Crashes: ${formatValue(crashes, 'count')}`] : []),
    ...((oomErrors ?? 0) > 0 ? [`Out of memory: ${formatValue(oomErrors, 'count')}`] : []),
    ...(notes === '' ? [] : [notes]),
    ...(cell?.remarks ?? []),
    ...missing.map((text) => `Not measured: ${text}`),
  ];
}
