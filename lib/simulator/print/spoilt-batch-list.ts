import type { BatchFault } from '#lib/simulator/scenario.ts';

/** A list of batches as a server with this fault would print it. Half objects and unknown words are spread over the good ones. */
export function spoiltBatchList(page: string, fault: BatchFault): string {
  const list = JSON.parse(page) as { data: Record<string, unknown>[] };
  const data: unknown[] =
    fault === 'unknown-status'
      ? list.data.map((batch) => ({ ...batch, status: 'paused_by_operator' }))
      : [
          null,
          { object: 'batch' },
          { id: 'batch_half' },
          { id: 17, status: 'completed' },
          ...list.data.map(({ id, status, request_counts: _counts, ...rest }) => ({
            id,
            status,
            request_counts: { total: 'many' },
            created_at: String(rest.created_at),
          })),
        ];
  return JSON.stringify({ ...list, data });
}
