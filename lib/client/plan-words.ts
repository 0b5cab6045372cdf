import type { KvAnswer, PreflightAnswer } from '#lib/api/plan.ts';
import { formatValue, type Unit } from '#lib/metrics/unit.ts';

/** `not now`: an empty card would hold it, what is free of this one does not. */
export type PlanVerdict = PreflightAnswer['verdict'] | KvAnswer['verdict'] | 'not now';

/** From good to bad; what is unknown is worse than what fits, and better than what is known not to. */
const RANK: readonly PlanVerdict[] = [
  'fits',
  'tight',
  'above cap',
  'not now',
  'unknown',
  'does not start',
  'does not fit',
];

/** The worst of the answers: a batch fits only where nothing speaks against it. */
export function worstVerdict(verdicts: readonly PlanVerdict[]): PlanVerdict {
  return verdicts.reduce((worst, one) => (RANK.indexOf(one) > RANK.indexOf(worst) ? one : worst), 'fits');
}

export const VERDICT_WORDS: Readonly<Record<PlanVerdict, string>> = {
  fits: 'Fits',
  tight: 'Fits, tight',
  'above cap': 'Fits the card, not the cap',
  'not now': 'Fits an empty card, not what is free now',
  'does not fit': 'Does not fit',
  'does not start': 'Does not start',
  unknown: 'Not known',
};

/** A number to follow a calculation with: every digit of counts, tokens and bytes. */
export function exactText(value: number | null, unit: Unit): string {
  if (value === null) return 'unknown';
  const digits = value.toLocaleString('en-US', { maximumFractionDigits: unit === 'bytes' ? 1 : 6 });
  if (unit === 'bytes') return value < 1024 ? `${digits} B` : `${digits} B = ${formatValue(value, 'bytes')}`;
  if (unit === 'tokens') return `${digits} tok`;
  return unit === 'count' ? digits : formatValue(value, unit);
}
