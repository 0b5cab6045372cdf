import { formatValue, isWords, type Unit } from '#lib/metrics/unit.ts';

export type HeadlineFacts = {
  readonly title: string;
  readonly subjectName: string;
  readonly signalTitle: string | null;
  readonly unit: Unit;
  readonly value: number | null;
  readonly limit: number | null;
};

/** One line for lists, page titles and lock screens: "KV cache nearly full: KV cache used 98 %, limit 90 % on qwen-a". */
export function headlineOf(facts: HeadlineFacts): string {
  const { title, subjectName, signalTitle, unit, value, limit } = facts;
  const isPlain = isWords(unit) || signalTitle === null || value === null;
  if (isPlain) return `${title} on ${subjectName}`;
  const against = limit === null ? '' : `, limit ${formatValue(limit, unit)}`;
  return `${title}: ${signalTitle} ${formatValue(value, unit)}${against} on ${subjectName}`;
}
