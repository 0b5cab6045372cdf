import type { SubjectKind } from '#lib/metrics/sample.ts';

/** What is known of a subject for linking: its target's labels and GPU list, its own attributes. */
export type LinkSubject = {
  readonly id: number;
  readonly kind: SubjectKind;
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** GPUs named in the configuration of an engine's target: index or uuid. */
  readonly gpus: readonly string[];
};

export type Link = { readonly engineId: number; readonly gpuId: number; readonly by: string };

/**
 * Which GPUs an engine runs on: those that its target names (uuid, or index on its own host), otherwise every GPU with
 * the same `host`. A GPU's host is its target's label or what the exporter prints.
 */
export function linkSubjects(subjects: readonly LinkSubject[]): readonly Link[] {
  const gpus = subjects.filter((subject) => subject.kind === 'gpu');
  // Nearly every engine names no GPU, and a fleet of thousands is linked again every few seconds.
  const gpusOnHost = Map.groupBy(gpus, hostOf);
  return subjects
    .filter((subject) => subject.kind === 'engine')
    .flatMap((engine) =>
      (engine.gpus.length > 0 ? gpus : (gpusOnHost.get(engine.labels.host) ?? [])).flatMap((gpu) => {
        const by = linkedBy(engine, gpu);
        return by === null ? [] : [{ engineId: engine.id, gpuId: gpu.id, by }];
      }),
    );
}

function linkedBy(engine: LinkSubject, gpu: LinkSubject): string | null {
  const engineHost = engine.labels.host;
  const sameHost = engineHost !== undefined && engineHost === hostOf(gpu);
  if (engine.gpus.length === 0) return sameHost ? `same host ${engineHost}` : null;
  for (const wanted of engine.gpus) {
    const uuid = wanted.toLowerCase().replace(/^gpu-/, '');
    if (gpu.key === uuid || gpu.key.startsWith(`${uuid}/`)) return `configured: ${wanted}`;
    if (gpu.attributes.index === wanted && (sameHost || engineHost === undefined)) return `configured: GPU ${wanted}`;
  }
  return null;
}

function hostOf(gpu: LinkSubject): string | undefined {
  return gpu.labels.host ?? gpu.attributes.host;
}
