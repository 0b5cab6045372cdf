'use client';

import { BURST_LINES } from '#components/bursts/burst-lines.ts';
import { BurstList } from '#components/bursts/burst-list.tsx';
import { BurstNow } from '#components/bursts/burst-now.tsx';
import type { PanelSpec } from '#components/panel/panel-data.ts';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';

const ARRIVALS: PanelSpec = {
  id: 'arrivals',
  title: 'Requests arriving',
  signals: ['arrival_rate'],
  references: ['baseline_rps'],
  note: 'Report 000 calls 2.475× the baseline a burst, 4.95× critical and asks for scaling out at 7.425×.',
  baselineLines: BURST_LINES,
};
const MULTIPLE: PanelSpec = { id: 'multiple', title: 'Arrivals over baseline', signals: ['burst_multiplier'] };

export function BurstsPage() {
  return (
    <PanelPage title="Bursts" kind="engine">
      {({ chosen, subjects }) => (
        <>
          <BurstList subjects={chosen.length === subjects.length ? [] : chosen.map(({ id }) => id)} />
          <BurstNow engines={chosen} />
          <PanelGrid>
            <SeriesPanel spec={ARRIVALS} />
            <SeriesPanel spec={MULTIPLE} />
            <SeriesPanel spec={PANELS.queue} />
            <SeriesPanel spec={PANELS.queueTime} />
            <SeriesPanel spec={PANELS.requests} />
            <SeriesPanel spec={PANELS.ttft} />
          </PanelGrid>
        </>
      )}
    </PanelPage>
  );
}
