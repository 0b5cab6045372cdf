import type { BreakKind } from '#lib/detect/break-search.ts';

/**
 * Shapes that floors are compared with, simplest first. All but those with a line and `onset` are level at their end. A
 * warm-up is a straight ramp or fades exponentially; what fills up more slowly than any warm-up is level too (a cache).
 */
export const SHAPE_PARTS = {
  constant: { line: false, breaks: [] },
  step: { line: false, breaks: ['step'] },
  ramp: { line: false, breaks: ['ramp'] },
  fade: { line: false, breaks: ['fade'] },
  fill: { line: false, breaks: ['fill'] },
  'two-steps': { line: false, breaks: ['step', 'step'] },
  'ramp+step': { line: false, breaks: ['ramp', 'step'] },
  'fade+step': { line: false, breaks: ['fade', 'step'] },
  'fill+step': { line: false, breaks: ['fill', 'step'] },
  line: { line: true, breaks: [] },
  onset: { line: false, breaks: ['onset'] },
  'step+line': { line: true, breaks: ['step'] },
  'fade+line': { line: true, breaks: ['fade'] },
  bend: { line: true, breaks: ['ramp'] },
  'fade+step+line': { line: true, breaks: ['fade', 'step'] },
  'bend+step': { line: true, breaks: ['ramp', 'step'] },
} as const satisfies Record<string, { readonly line: boolean; readonly breaks: readonly BreakKind[] }>;

export type Shape = keyof typeof SHAPE_PARTS;
export const SHAPES = Object.keys(SHAPE_PARTS) as readonly Shape[];
