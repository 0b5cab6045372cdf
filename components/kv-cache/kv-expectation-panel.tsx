'use client';

import { EXPECTATION_CURVE, expectationClouds } from '#components/kv-cache/kv-expectation-data.ts';
import { type KvClouds, KvScatterPanel } from '#components/kv-cache/kv-scatter-panel.tsx';
import type { SeriesAnswer } from '#lib/api/series.ts';
import { KV_EXPECTATION_SOURCE } from '#lib/metrics/kv-expectation.ts';

const SIGNALS = ['kv_cache_utilization', 'requests_per_second', 'baseline_rps'] as const;
const FULL = {
  baseline: '100 % is each engine’s baseline.',
  highest: '100 % is the highest rate of the window, since no baseline is known.',
  mixed: '100 % is the baseline, or the highest rate of the window where none is known.',
} as const;

function cloudsOf(answer: SeriesAnswer, names: ReadonlyMap<number, string>): KvClouds {
  const { points, fullIs } = expectationClouds(answer, names);
  return { points, note: FULL[fullIs] };
}

/** Does throughput fall with a filling cache as the report expects? One point per bucket. */
export function KvExpectationPanel() {
  return (
    <KvScatterPanel
      title="Throughput against KV utilisation"
      signals={SIGNALS}
      curve={EXPECTATION_CURVE}
      curveKey={
        <>
          <span aria-hidden className="h-0.5 w-3.5 bg-text" /> expected (002)
        </>
      }
      help={`Dark steps: what report ${KV_EXPECTATION_SOURCE} expects. Dots: one bucket each.`}
      cloudsOf={cloudsOf}
    />
  );
}
