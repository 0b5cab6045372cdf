import type { Reading, SubjectKind } from '#lib/metrics/sample.ts';
import type { TargetSettings } from '#lib/target/target.ts';

/** Identity: engine = target × model × engine label; GPU = uuid (and MIG instance), whichever exporter shows it. */
export function subjectKey(targetId: number, reading: Reading): string {
  if (reading.kind === 'engine') return JSON.stringify([targetId, reading.model, reading.engine]);
  return reading.mig === '' ? reading.uuid : `${reading.uuid}/${reading.mig}`;
}

/** The model of an engine by the key that `subjectKey` made; null of a GPU, and where the engine named none. */
export function modelOfKey(kind: SubjectKind, key: string): string | null {
  if (kind !== 'engine') return null;
  const [, model] = JSON.parse(key) as readonly unknown[];
  return typeof model === 'string' && model !== '' ? model : null;
}

/** What people call it: "qwen-a · Qwen2.5-7B", "gpu-01 · GPU 0", with the engine or MIG instance where there are several. */
export function subjectName(target: TargetSettings, reading: Reading): string {
  if (reading.kind === 'engine') {
    const engine = reading.engine === '0' || reading.engine === '' ? '' : ` · engine ${reading.engine}`;
    return `${target.name} · ${reading.model === '' ? 'unnamed model' : reading.model}${engine}`;
  }
  const host = target.labels.host ?? reading.attributes.host ?? target.name;
  const index = reading.attributes.index ?? reading.uuid.slice(0, 8);
  return `${host} · GPU ${index}${reading.mig === '' ? '' : ` · MIG ${reading.mig}`}`;
}
