'use client';

import { KvEngineTable } from '#components/kv-cache/kv-engine-table.tsx';
import { KvExpectationPanel } from '#components/kv-cache/kv-expectation-panel.tsx';
import { KvGlance } from '#components/kv-cache/kv-glance.tsx';
import { KvHitPanel } from '#components/kv-cache/kv-hit-panel.tsx';
import { KvLimits } from '#components/kv-cache/kv-limits.tsx';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';

/** Report 002's dashboard at a glance, then its numbers over time. */
export function KvCachePage() {
  return (
    <PanelPage title="KV cache" kind="engine">
      {({ chosen, scope }) => (
        <>
          <KvLimits engines={chosen} names={scope.names} />
          <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[26rem_minmax(0,1fr)]">
            <KvGlance chosen={chosen} names={scope.names} />
            <KvEngineTable engines={chosen} names={scope.names} />
          </div>
          <PanelGrid>
            <SeriesPanel spec={PANELS.kv} />
            <SeriesPanel spec={PANELS.hits} />
            <SeriesPanel spec={PANELS.evictions} />
            <SeriesPanel spec={PANELS.preemptions} />
            <KvExpectationPanel />
            <KvHitPanel />
            <SeriesPanel spec={PANELS.kvTokens} />
          </PanelGrid>
        </>
      )}
    </PanelPage>
  );
}
