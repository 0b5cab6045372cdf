import type { Unit } from '#lib/metrics/unit.ts';

/** Exponents of the base quantities, e.g. tokens per second = {tok: 1, s: -1}. Empty: a plain number. */
type Dimension = Readonly<Record<string, number>>;

/** In the order in which a product or quotient is named: the first unit with its exponents. */
const DIMENSIONS = {
  multiple: {},
  ratio: {},
  count: {},
  seconds: { s: 1 },
  bytes: { B: 1 },
  bytes_per_second: { B: 1, s: -1 },
  requests: { req: 1 },
  requests_per_second: { req: 1, s: -1 },
  tokens: { tok: 1 },
  tokens_per_second: { tok: 1, s: -1 },
  tokens_per_joule: { tok: 1, J: -1 },
  per_second: { s: -1 },
  celsius: { C: 1 },
  watts: { J: 1, s: -1 },
  hertz: { cycle: 1, s: -1 },
} as const satisfies Partial<Record<Unit, Dimension>>;

/** Words without a size: they can be compared for equality, not calculated with. */
export type NamedUnit = Exclude<Unit, keyof typeof DIMENSIONS>;
export type MeasuredUnit = keyof typeof DIMENSIONS;

export function isMeasured(unit: Unit): unit is MeasuredUnit {
  return unit in DIMENSIONS;
}

/** Whether two units measure the same quantity, so that they can be compared, added and subtracted. */
export function isSameQuantity(a: MeasuredUnit, b: MeasuredUnit): boolean {
  return keyOf(DIMENSIONS[a]) === keyOf(DIMENSIONS[b]);
}

/** The unit of a × b or a ÷ b; null where the result has no name (bytes × bytes). */
export function unitOfProduct(a: MeasuredUnit, b: MeasuredUnit, operator: '*' | '/'): MeasuredUnit | null {
  if (operator === '*' && isPlain(a)) return isPlain(b) ? plainProduct(a, b) : b;
  if (isPlain(b)) return isPlain(a) && operator === '/' ? 'multiple' : a;
  const sign = operator === '*' ? 1 : -1;
  const result: Record<string, number> = { ...DIMENSIONS[a] };
  for (const [base, exponent] of Object.entries(DIMENSIONS[b])) {
    result[base] = (result[base] ?? 0) + sign * exponent;
  }
  const wanted = keyOf(result);
  const found = Object.entries(DIMENSIONS).find(([, dimension]) => keyOf(dimension) === wanted)?.[0];
  return (found as MeasuredUnit | undefined) ?? null;
}

function plainProduct(a: MeasuredUnit, b: MeasuredUnit): MeasuredUnit {
  return a === 'ratio' && b === 'ratio' ? 'ratio' : 'multiple';
}

function isPlain(unit: MeasuredUnit): boolean {
  return Object.keys(DIMENSIONS[unit]).length === 0;
}

function keyOf(dimension: Dimension): string {
  return Object.entries(dimension)
    .filter(([, exponent]) => exponent !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, exponent]) => `${base}${exponent}`)
    .join(' ');
}

/** Units of one scale only: a bare number can mean nothing else. The others (ms or s, MiB or GiB) need a unit word. */
const EXAMPLES: Partial<Record<Unit, readonly [string, string]>> = {
  seconds: ['ms', 's'],
  bytes: ['MiB', 'GiB'],
  bytes_per_second: ['MiB', 'GiB'],
  hertz: ['MHz', 'GHz'],
};

/** Two unit words to choose from where a bare number is ambiguous, else null. */
export function ambiguousScales(unit: Unit): readonly [string, string] | null {
  return EXAMPLES[unit] ?? null;
}
