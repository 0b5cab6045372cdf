import type { LeakView } from '#lib/api/leak.ts';
import type { RunGpu } from '#lib/api/runs.ts';
import type { Shape } from '#lib/detect/growth-shapes.ts';
import type { LeakVerdict } from '#lib/detect/leak-judgement.ts';
import { formatValue } from '#lib/metrics/unit.ts';

export const VERDICT_WORDS: Readonly<Record<LeakVerdict, string>> = {
  leak: 'Leak',
  plateau: 'Plateau',
  'load-driven': 'Follows the load',
  none: 'No leak',
  inconclusive: 'Inconclusive',
};

/** What memory does by each model. */
export const SHAPE_WORDS: Readonly<Record<Shape, string>> = {
  constant: 'level',
  step: 'one step, level since',
  ramp: 'a rise that ended',
  'two-steps': 'two steps, level since',
  'ramp+step': 'a rise and a step, level since',
  fade: 'a rise that fades away',
  fill: 'filling up ever more slowly',
  'fill+step': 'filling up ever more slowly, and a step',
  'fade+step': 'a rise that fades away, and a step',
  line: 'steady growth',
  onset: 'level, then growth',
  'step+line': 'growth and a step',
  'fade+line': 'a rise that fades away, and steady growth',
  'fade+step+line': 'a rise that fades away, steady growth and a step',
  bend: 'growth that slowed down and goes on',
  'bend+step': 'growth that slowed down, and a step',
};

/** `p = 0.0004`, or below what is worth a digit. */
export function pText(p: number | null): string {
  if (p === null) return 'not known';
  return p < 0.0001 ? '< 0.0001' : String(Number(p.toPrecision(2)));
}

/** "python3 (4242) grew by 450 MiB, 98% of the growth" */
export function growerText({ pid, name, growthBytes, share }: RunGpu['growers'][number]): string {
  const part = share === null ? '' : `, ${formatValue(share, 'ratio')} of the growth`;
  return `${name} (${pid}) grew by ${formatValue(growthBytes, 'bytes')}${part}`;
}

/** How many more floors an inconclusive verdict needs; '' for all others. */
export function moreFloorsText({ moreFloors, floorsPer }: Pick<LeakView, 'moreFloors' | 'floorsPer'>): string {
  if (moreFloors === null) return '';
  const what = floorsPer === 'batch' ? ['batch', 'batches'] : ['floor', 'floors'];
  const when = floorsPer === 'batch' ? '' : ' (one in five minutes)';
  return `at least ${moreFloors} more ${moreFloors === 1 ? what[0] : what[1]}${when} to be sure`;
}
