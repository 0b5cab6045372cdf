import type { BatchView, RunDetail } from '#lib/api/runs.ts';
import { absoluteRange, instantText, type RangeState, rangePatch } from '#lib/client/range-state.ts';
import { MAX_PICKED } from '#lib/client/subject-pick.ts';
import { patchQuery } from '#lib/client/url-state.ts';

/** The time of a batch as the range picker writes it; one that still runs follows the clock. */
export function batchRange({ startedAtMs, endedAtMs }: Pick<BatchView, 'startedAtMs' | 'endedAtMs'>): RangeState {
  return endedAtMs === null
    ? { from: instantText(startedAtMs), to: 'now', refresh: '5s' }
    : absoluteRange(startedAtMs, endedAtMs, '5s');
}

type PanelLink = { readonly text: string; readonly href: string };

/** The pages of panels, of the run's engines and GPUs only, cut to the time of a batch. */
export function batchPanelLinks(
  run: Pick<RunDetail, 'engines' | 'gpus'>,
  batch: Pick<BatchView, 'startedAtMs' | 'endedAtMs'>,
): readonly PanelLink[] {
  const range = rangePatch(batchRange(batch));
  const engines = run.engines.map(({ id }) => id);
  const gpus = run.gpus.map(({ gpu }) => gpu.id);
  const page = (text: string, path: string, on: readonly number[]): PanelLink => {
    const query = patchQuery('', { on: on.length > MAX_PICKED ? null : on.join(','), ...range });
    return { text, href: `${path}?${query}` };
  };
  const [engine] = run.engines;
  return [
    page('Throughput', '/throughput', engines),
    page('VRAM', '/vram', gpus),
    page('KV cache', '/kv-cache', engines),
    page('Bursts', '/bursts', engines),
    ...(engine !== undefined && run.engines.length === 1 ? [page(engine.name, `/engines/${engine.id}`, [])] : []),
  ];
}
