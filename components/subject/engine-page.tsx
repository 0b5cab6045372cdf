'use client';

import { MemoryVerdict } from '#components/leak/memory-verdict.tsx';
import { useLinkedScope } from '#components/panel/linked-scope.ts';
import type { PanelSpec } from '#components/panel/panel-data.ts';
import { PanelGrid } from '#components/panel/panel-frame.tsx';
import { PANELS } from '#components/panel/panel-specs.ts';
import { SeriesPanel } from '#components/panel/series-panel.tsx';
import { BaselineCard } from '#components/subject/baseline-card.tsx';
import { SubjectPage } from '#components/subject/subject-page.tsx';
import type { Subject } from '#lib/api/subjects.ts';

/** The path of a request: queue, prefill, decode, cache, results, then the memory below. */
const PATH: readonly { readonly title: string; readonly specs: readonly PanelSpec[] }[] = [
  { title: 'Queue', specs: [PANELS.queue, PANELS.queueTime] },
  { title: 'Prefill', specs: [PANELS.prefill, PANELS.ttft] },
  { title: 'Decode', specs: [PANELS.itl, PANELS.tpot] },
  { title: 'Cache', specs: [PANELS.kv, PANELS.hits, PANELS.kvTokens, PANELS.evictions] },
  {
    title: 'Throughput',
    specs: [PANELS.requests, PANELS.tokens, PANELS.running, PANELS.e2e, PANELS.goodput, PANELS.errors],
  },
];

export function EnginePage({ id }: { id: number }) {
  return (
    <SubjectPage kind="engine" id={id}>
      {(engine) => (
        <>
          {PATH.map(({ title, specs }) => (
            <section key={title} aria-label={title} className="space-y-2">
              <p className="pt-2 text-xs font-medium text-muted">{title}</p>
              <PanelGrid>
                {specs.map((spec) => (
                  <SeriesPanel key={spec.id} spec={spec} />
                ))}
              </PanelGrid>
            </section>
          ))}
          <BaselineCard engineId={engine.id} />
          <HostMemory engine={engine} />
          <LinkedGpus engine={engine} />
        </>
      )}
    </SubjectPage>
  );
}

const HOST_MEMORY: PanelSpec = { id: 'rss', title: 'Host memory of the server', signals: ['resident_bytes'] };

function HostMemory({ engine }: { engine: Subject }) {
  return (
    <section aria-label="Host memory" className="space-y-2">
      <p className="pt-2 text-xs font-medium text-muted">Host memory</p>
      <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-2">
        <SeriesPanel spec={HOST_MEMORY} />
        <MemoryVerdict subject={engine} />
      </div>
    </section>
  );
}

const GPU_PANELS: readonly PanelSpec[] = [
  { id: 'gpu-vram', title: 'VRAM of its GPUs', signals: ['vram_used'] },
  { id: 'gpu-busy', title: 'GPU busy', signals: ['gpu_utilization'], fullRatio: true },
];

function LinkedGpus({ engine }: { engine: Subject }) {
  const scope = useLinkedScope([engine], 'gpu');
  if (scope.ids.length === 0) return null;
  return (
    <section aria-label="Memory of linked GPUs" className="space-y-2">
      <p className="pt-2 text-xs font-medium text-muted">Its GPUs</p>
      <PanelGrid>
        {GPU_PANELS.map((spec) => (
          <SeriesPanel key={spec.id} spec={spec} scope={scope} />
        ))}
      </PanelGrid>
    </section>
  );
}
