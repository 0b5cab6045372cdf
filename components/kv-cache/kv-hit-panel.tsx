'use client';

import { HIT_CURVE, hitClouds } from '#components/kv-cache/kv-expectation-data.ts';
import { type KvClouds, KvScatterPanel } from '#components/kv-cache/kv-scatter-panel.tsx';
import type { SeriesAnswer } from '#lib/api/series.ts';

const SIGNALS = ['kv_cache_utilization', 'cache_hit_rate'] as const;

function cloudsOf(answer: SeriesAnswer, names: ReadonlyMap<number, string>): KvClouds {
  return { points: hitClouds(answer, names), note: '' };
}

/** Are prefixes pushed out before they are used again? Then hits fall where the cache is full. */
export function KvHitPanel() {
  return (
    <KvScatterPanel
      title="Prefix hits against KV utilisation"
      signals={SIGNALS}
      curve={HIT_CURVE}
      curveKey={
        <>
          <span aria-hidden className="h-2.5 w-3.5 bg-text/35" /> warning range (002): above it is safe, below it danger
        </>
      }
      help="Dark range: 75 to 85 % hits, the warning range of report 002. Dots: one bucket each."
      top={1}
      cloudsOf={cloudsOf}
    />
  );
}
