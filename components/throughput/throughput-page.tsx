'use client';

import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';

const ROWS = [
  PANELS.requests,
  PANELS.tokens,
  PANELS.running,
  PANELS.queue,
  PANELS.queueTime,
  PANELS.prefill,
  PANELS.ttft,
  PANELS.itl,
  PANELS.tpot,
  PANELS.e2e,
  PANELS.goodput,
  PANELS.drop,
  PANELS.promptTokens,
  PANELS.errors,
] as const;

export function ThroughputPage() {
  return (
    <PanelPage title="Throughput" kind="engine">
      {() => (
        <PanelGrid>
          {ROWS.map((spec) => (
            <SeriesPanel key={spec.id} spec={spec} />
          ))}
        </PanelGrid>
      )}
    </PanelPage>
  );
}
