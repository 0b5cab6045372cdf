import { ResultError } from '#lib/runs/results/result-error.ts';

const BARE = /^(?:-?Infinity|NaN)/;

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

/** Texts of the documents at the top, with NaN and Infinity outside of strings replaced. One pass, whatever the text is. */
function splitDocuments(text: string): readonly Document[] {
  const documents: Document[] = [];
  let [depth, line, firstLine, from, json] = [0, 1, 1, -1, ''];
  const end = (to: number): void => {
    documents.push({ json: json + text.slice(from, to), line: firstLine });
    [from, json] = [-1, ''];
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\n') line += 1;
    if (/\s/.test(char)) continue;
    if (from < 0) [from, firstLine] = [at, line];
    if (char === '"') at = stringEnd(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth <= 0) {
        end(at + 1);
        depth = 0;
      }
    } else if (char === 'N' || char === 'I' || (char === '-' && text[at + 1] === 'I')) {
      const bare = BARE.exec(text.slice(at, at + 10))?.[0];
      if (bare === undefined) continue;
      json += `${text.slice(from, at)}null`;
      from = at + bare.length;
      at = from - 1;
    }
  }
  if (from >= 0) end(text.length);
  return documents;
}

function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === '"') return end;
  }
  return text.length;
}
