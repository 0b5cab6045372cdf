import type { CurrentAnswer } from '#lib/api/series.ts';
import type { SubjectList } from '#lib/api/subjects.ts';
import type { TargetDetail, TargetList } from '#lib/api/targets.ts';
import { until } from '#tests/until.ts';

export async function getJson<T>(base: string, path: string): Promise<T> {
  const response = await fetch(`${base}/api/v1${path}`);
  if (!response.ok) throw new Error(`${response.status} ${path}: ${await response.text()}`);
  return response.json() as Promise<T>;
}

export const subjectsOf = async (base: string) => (await getJson<SubjectList>(base, '/subjects')).items;
export const targetsOf = async (base: string) => (await getJson<TargetList>(base, '/targets')).items;
export const targetOf = (base: string, id: number) => getJson<TargetDetail>(base, `/targets/${id}`);
export const currentOf = async (base: string, query: string) =>
  (await getJson<CurrentAnswer>(base, `/current?${query}`)).items;

/** The demo fleet with every engine and GPU polled at least twice, so that rates exist. */
export async function readyFleet(base: string) {
  await until(async () => {
    const items = await currentOf(base, 'signals=requests_per_second&kind=engine');
    return items.length === 6 && items.every(({ value }) => value !== null);
  });
  const [subjects, targets] = [await subjectsOf(base), await targetsOf(base)];
  const engine = (target: string) =>
    subjects.find((one) => one.kind === 'engine' && one.target.name === target)?.id ?? 0;
  const gpu = (target: string) => subjects.find((one) => one.kind === 'gpu' && one.target.name === target)?.id ?? 0;
  const target = (name: string) => targets.find((one) => one.name === name)?.id ?? 0;
  return { subjects, targets, engine, gpu, target };
}
