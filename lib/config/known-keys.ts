import { z } from 'zod';
import { nearestWord } from '#lib/metrics/nearest-word.ts';

const MOST_EDITS = 2;

/** The keys that a schema knows at a path into its input, of every form that may stand there; none where it takes no keys. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [part, ...rest] = path;
  return formsOf(schema).flatMap((form) => {
    if (form instanceof z.ZodArray) return part === undefined ? [] : knownKeys(form.element, rest);
    if (!(form instanceof z.ZodObject)) return [];
    if (part === undefined) return Object.keys(form.shape);
    const next: z.core.$ZodType | undefined = form.shape[String(part)];
    return next === undefined ? [] : knownKeys(next, rest);
  });
}

/** What stands in a schema when defaults, optional and alternatives are taken off. */
function formsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(formsOf);
  if (schema instanceof z.ZodPipe) return formsOf(schema.in);
  const isFilled = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  const isWrapped = isFilled || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  return isWrapped ? formsOf(schema.unwrap()) : [schema];
}

/** What to say of a key that is not known: the nearest one, or all. */
export function unknownKey(key: string, known: readonly string[]): string {
  if (known.length === 0) return 'unknown key';
  const nearest = nearestWord(key, known, MOST_EDITS);
  if (nearest !== null) return `unknown key; did you mean ${nearest}?`;
  return `unknown key; expected one of ${[...new Set(known)].join(', ')}`;
}
