const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;
type DurationUnit = keyof typeof UNIT_MS;
const DESCENDING: readonly DurationUnit[] = ['d', 'h', 'm', 's', 'ms'];

/**
 * Milliseconds of `5s`, `1h30m`, `250ms`, `2y`. Prometheus's grammar: descending units, whole numbers.
 * Returns null when the text is not a duration.
 */
export function parseDurationMs(text: string): number | null {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return null;
  let total = 0;
  let previousUnitMs = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    const unitMs = UNIT_MS[unit as DurationUnit];
    if (unitMs >= previousUnitMs) return null;
    previousUnitMs = unitMs;
    total += Number(amount) * unitMs;
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** `90_000` -> `1m30s`, the shortest text that `parseDurationMs` gives back. */
export function formatDurationMs(ms: number): string {
  if (ms === 0) return '0s';
  let rest = Math.round(Math.abs(ms));
  let text = ms < 0 ? '-' : '';
  for (const unit of DESCENDING) {
    const amount = Math.floor(rest / UNIT_MS[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * UNIT_MS[unit];
  }
  return text;
}

/** For people: the two largest units, `3 min 20 s`, `2 d 4 h`; below a second `420 ms`. */
export function describeDurationMs(ms: number): string {
  const words: Record<DurationUnit, string> = { ms: 'ms', s: 's', m: 'min', h: 'h', d: 'd', w: 'w', y: 'y' };
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(size)} ms`;
  const units: DurationUnit[] = ['d', 'h', 'm', 's'];
  const first = units.findIndex((unit) => size >= UNIT_MS[unit]);
  const [big, small] = [units[first], units[first + 1]];
  if (big === undefined) return `${Math.round(size)} ms`;
  const bigAmount = Math.floor(size / UNIT_MS[big]);
  if (small === undefined) return `${bigAmount} ${words[big]}`;
  const smallAmount = Math.floor((size - bigAmount * UNIT_MS[big]) / UNIT_MS[small]);
  return smallAmount === 0 ? `${bigAmount} ${words[big]}` : `${bigAmount} ${words[big]} ${smallAmount} ${words[small]}`;
}
