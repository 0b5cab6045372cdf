import { isAiperf, readAiperf } from '#lib/runs/results/aiperf.ts';
import { isGuidellm, readGuidellm } from '#lib/runs/results/guidellm.ts';
import { jsonDocuments } from '#lib/runs/results/json-documents.ts';
import { type ResultCell, type ResultFile, type ResultTool, TOOL_WORDS } from '#lib/runs/results/result-cell.ts';
import { ResultError } from '#lib/runs/results/result-error.ts';
import { type Fields, found, needFields } from '#lib/runs/results/result-fields.ts';
import { isVllmBench, readVllmBench } from '#lib/runs/results/vllm-bench.ts';

type Reader = {
  readonly tool: ResultTool;
  readonly is: (document: Fields) => boolean;
  readonly read: (document: Fields, where: string) => readonly ResultCell[];
};

const READERS: readonly Reader[] = [
  { tool: 'guidellm', is: isGuidellm, read: readGuidellm },
  { tool: 'aiperf', is: isAiperf, read: (document, where) => [readAiperf(document, where)] },
  { tool: 'vllm-bench', is: isVllmBench, read: (document, where) => [readVllmBench(document, where)] },
];

/** A result file has at most this many measurements. */
export const MOST_CELLS = 500;

/**
 * Reads a result file of `vllm bench serve`, GuideLLM or AIPerf; which one is seen by its shape. One document, documents a
 * line, or a list of them. Throws ResultError with where in the file and what was expected.
 */
export function readResults(text: string): ResultFile {
  const documents = jsonDocuments(text);
  const [only] = documents;
  const list = documents.length === 1 && Array.isArray(only) ? (only as readonly unknown[]) : documents;
  if (list.length === 0) throw new ResultError('', 'the list in the file is empty');
  if (list.length > MOST_CELLS) throw new ResultError('', `${list.length} measurements: the limit is ${MOST_CELLS}`);
  const read = list.map((document, i) => readDocument(document, list.length === 1 ? '' : `[${i}]`));
  const [first] = read;
  const other = read.findIndex(({ tool }) => tool !== first?.tool);
  if (first === undefined || other >= 0)
    throw new ResultError(`[${other}]`, 'results of two tools in one file: import them one after the other');
  const cells = read.flatMap((each) => each.cells);
  if (cells.length > MOST_CELLS) throw new ResultError('', `${cells.length} measurements: the limit is ${MOST_CELLS}`);
  return { tool: first.tool, cells };
}

function readDocument(value: unknown, at: string): ResultFile {
  const document = needFields(value, at);
  const reader = READERS.find(({ is }) => is(document));
  if (reader === undefined) {
    const keys = Object.keys(document).slice(0, 5).join(', ');
    throw new ResultError(
      at,
      `not a result of ${Object.values(TOOL_WORDS).join(', ')}: found ${keys === '' ? found(value) : `an object with ${keys}`}, expected request_throughput and completed, or benchmarks, or request_throughput with a unit`,
    );
  }
  return { tool: reader.tool, cells: reader.read(document, at === '' ? '' : `${at}.`) };
}
