'use client';

import { useLinkedScope } from '#components/panel/linked-scope.ts';
import type { PanelSpec } from '#components/panel/panel-data.ts';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PanelPage } from '#components/panel/panel-page.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { LeakVerdicts } from '#components/vram/leak-verdicts.tsx';
import { MemoryGapTable } from '#components/vram/memory-gap-table.tsx';
import { ProcessTable } from '#components/vram/process-table.tsx';
import { VramTable } from '#components/vram/vram-table.tsx';
import type { Subject } from '#lib/api/subjects.ts';

const USED: PanelSpec = { id: 'vram-used', title: 'VRAM used', signals: ['vram_used'] };
const RESERVED: PanelSpec = { id: 'vram-reserved', title: 'VRAM reserved by the driver', signals: ['vram_reserved'] };
const PROCESSES: PanelSpec = { id: 'vram-processes', title: 'VRAM of processes', signals: ['vram_processes'] };

const KV: PanelSpec = {
  ...PANELS.kv,
  id: 'vram-kv',
  title: 'KV blocks in use of the engines on them',
  note: 'vLLM takes its memory at the start: how full it is shows in its blocks, not in VRAM used.',
};

export function VramPage() {
  return (
    <PanelPage title="VRAM" kind="gpu">
      {({ chosen, scope }) => (
        <>
          <VramTable gpus={chosen} names={scope.names} />
          <MemoryGapTable gpus={chosen} names={scope.names} />
          <LeakVerdicts gpus={chosen} names={scope.names} />
          <PanelGrid>
            <SeriesPanel spec={USED} />
            <SeriesPanel spec={PANELS.vramShare} />
            <SeriesPanel spec={RESERVED} />
            <SeriesPanel spec={PROCESSES} />
            <KvOfGpus gpus={chosen} />
          </PanelGrid>
          <ProcessTable gpus={chosen} names={scope.names} />
        </>
      )}
    </PanelPage>
  );
}

/** More engines than lines can be told apart are left to the KV page. */
const MAX_LINES = 8;

function KvOfGpus({ gpus }: { gpus: readonly Subject[] }) {
  const scope = useLinkedScope(gpus, 'engine');
  if (scope.ids.length === 0 || scope.ids.length > MAX_LINES) return null;
  return <SeriesPanel spec={KV} scope={scope} />;
}
