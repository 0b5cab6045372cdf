import { ResultError } from '#lib/runs/results/result-error.ts';

/** What Python writes for numbers that JSON does not have. */
const BARE = ['NaN', 'Infinity', '-Infinity'] as const;

/**
 * The JSON documents of a text, one after the other: `vllm bench serve --append-result` writes a document a line. Python's
 * NaN and Infinity become null. Throws ResultError with the line of what is no JSON.
 */
export function jsonDocuments(text: string): readonly unknown[] {
  const whole = parse(text);
  if (whole !== null) return [whole.value];
  const documents = splitDocuments(text);
  if (documents.length === 0) throw new ResultError('', 'the file is empty, expected JSON');
  return documents.map(({ json, line }) => {
    try {
      return JSON.parse(json) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 200) : String(error);
      throw new ResultError(`the JSON that begins in line ${line}`, reason);
    }
  });
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Several documents, or Python's numbers: both are looked for next.
    return null;
  }
}

type Document = { readonly json: string; readonly line: number };

const [LINE, SPACE, QUOTE, MINUS, BACKSLASH] = [10, 32, 34, 45, 92];
const [CAPITAL_I, CAPITAL_N] = [73, 78];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

/** Texts of the documents at the top, with NaN and Infinity outside of strings replaced. One pass, whatever the text is. */
function splitDocuments(text: string): readonly Document[] {
  const documents: Document[] = [];
  let [depth, line, firstLine, from] = [0, 1, 1, -1];
  let parts: string[] = [];
  const end = (to: number): void => {
    documents.push({ json: parts.join('') + text.slice(from, to), line: firstLine });
    from = -1;
    parts = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE) line += 1;
    if (code <= SPACE) continue;
    if (from < 0) [from, firstLine] = [at, line];
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth = Math.max(0, depth - 1);
      if (depth === 0) end(at + 1);
    } else if (code === CAPITAL_N || code === CAPITAL_I || code === MINUS) {
      const bare = BARE.find((word) => text.startsWith(word, at));
      if (bare === undefined) continue;
      parts.push(text.slice(from, at), 'null');
      from = at + bare.length;
      at = from - 1;
    }
  }
  if (from >= 0) end(text.length);
  return documents;
}

function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === BACKSLASH) end += 1;
    else if (code === QUOTE) return end;
  }
  return text.length;
}
