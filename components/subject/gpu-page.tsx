'use client';

import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { SubjectPage } from '#components/subject/subject-page.tsx';
import { LeakVerdicts } from '#components/vram/leak-verdicts.tsx';
import { MemoryGapTable } from '#components/vram/memory-gap-table.tsx';
import { ProcessTable } from '#components/vram/process-table.tsx';
import { VramTable } from '#components/vram/vram-table.tsx';

const SPECS = [
  PANELS.vramUsed,
  PANELS.vramShare,
  PANELS.gpuBusy,
  PANELS.power,
  PANELS.temperature,
  PANELS.clocks,
  PANELS.throttled,
] as const;

export function GpuPage({ id }: { id: number }) {
  return (
    <SubjectPage kind="gpu" id={id}>
      {(gpu) => {
        const names = new Map([[gpu.id, gpu.name]]);
        return (
          <>
            <VramTable gpus={[gpu]} names={names} />
            <MemoryGapTable gpus={[gpu]} names={names} />
            <LeakVerdicts gpus={[gpu]} names={names} />
            <PanelGrid>
              {SPECS.map((spec) => (
                <SeriesPanel key={spec.id} spec={spec} />
              ))}
            </PanelGrid>
            <ProcessTable gpus={[gpu]} names={names} />
          </>
        );
      }}
    </SubjectPage>
  );
}
