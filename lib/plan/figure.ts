import type { Unit } from '#lib/metrics/unit.ts';

/** Where a number comes from. `computed` is one of the answer's own figures, `default` what holds when nothing was said. */
export const ORIGIN_KINDS = ['engine', 'gpu', 'card', 'model', 'report', 'entered', 'default', 'computed'] as const;
export type OriginKind = (typeof ORIGIN_KINDS)[number];

export type Origin = {
  readonly kind: OriginKind;
  /** "read from engine qwen-a", "config.json of Qwen2.5-7B"; of an unknown number: why it is unknown. */
  readonly text: string;
  /** The engine or GPU that it was read from; null for all else. */
  readonly subject: number | null;
};

/** A number that goes into a formula, with where it comes from. null is unknown, and then `origin.text` says why. */
export type Quantity = { readonly value: number | null; readonly origin: Origin };

export type FigureInput = Quantity & { readonly name: string; readonly unit: Unit };

/** A number that explains itself. */
export type Figure = {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** null is unknown; then `reason` says why. */
  readonly value: number | null;
  readonly formula: string;
  readonly inputs: readonly FigureInput[];
  /** The report, paper or code that the formula is from. */
  readonly reference: string;
  readonly reason: string;
};

/** What a number of its own is: it was given, not computed. */
export function quantity(
  value: number | null,
  kind: OriginKind,
  text: string,
  subject: number | null = null,
): Quantity {
  return { value, origin: { kind, text, subject } };
}

export function input(name: string, unit: Unit, given: Quantity): FigureInput {
  const { value, origin } = given;
  return { name, unit, value, origin };
}

type FigureParts = Pick<Figure, 'id' | 'title' | 'unit' | 'formula' | 'inputs' | 'reference'>;

/**
 * A figure from its inputs in their order. While one of them is unknown the figure is unknown too, and says which one.
 * `work` gets the inputs' values; null or a number that is not finite is unknown as well.
 */
export function figure(parts: FigureParts, work: (...values: number[]) => number | null): Figure {
  const unknown = parts.inputs.find(({ value }) => value === null);
  if (unknown !== undefined) return { ...parts, value: null, reason: reasonOf(unknown) };
  const value = work(...parts.inputs.map((each) => each.value ?? Number.NaN));
  if (value === null || !Number.isFinite(value))
    return { ...parts, value: null, reason: 'cannot be computed from these' };
  return { ...parts, value, reason: '' };
}

/** A figure that is unknown passes the reason on that it has itself. */
function reasonOf({ name, origin }: FigureInput): string {
  return origin.kind === 'computed' ? origin.text : `${name} is unknown (${origin.text})`;
}

/** A figure as an input of the next one. */
export function computed(name: string, from: Figure): FigureInput {
  const text = from.value === null ? from.reason : from.formula;
  return { name, unit: from.unit, value: from.value, origin: { kind: 'computed', text, subject: null } };
}
