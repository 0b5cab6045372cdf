'use client';

import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { SlaStrip } from '#components/sla/sla-strip.tsx';

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
      {({ scope }) => (
        <>
          <SlaStrip names={scope.names} />
          <PanelGrid>
            {ROWS.map((spec) => (
              <SeriesPanel key={spec.id} spec={spec} />
            ))}
          </PanelGrid>
        </>
      )}
    </PanelPage>
  );
}
