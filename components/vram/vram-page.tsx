'use client';

import type { PanelSpec } from '#components/panel/panel-data.ts';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { ProcessTable } from '#components/vram/process-table.tsx';
import { VramTable } from '#components/vram/vram-table.tsx';

const USED: PanelSpec = { id: 'vram-used', title: 'VRAM used', signals: ['vram_used'] };
const RESERVED: PanelSpec = { id: 'vram-reserved', title: 'VRAM reserved by the driver', signals: ['vram_reserved'] };
const PROCESSES: PanelSpec = { id: 'vram-processes', title: 'VRAM of processes', signals: ['vram_processes'] };

export function VramPage() {
  return (
    <PanelPage title="VRAM" kind="gpu">
      {({ chosen, scope }) => (
        <>
          <VramTable gpus={chosen} names={scope.names} />
          <PanelGrid>
            <SeriesPanel spec={USED} />
            <SeriesPanel spec={PANELS.vramShare} />
            <SeriesPanel spec={RESERVED} />
            <SeriesPanel spec={PROCESSES} />
          </PanelGrid>
          <ProcessTable gpus={chosen} names={scope.names} />
        </>
      )}
    </PanelPage>
  );
}
