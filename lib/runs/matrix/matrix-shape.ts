import { REPORT_BURSTS, REPORT_KV_CASES, REPORT_OOM_CASES } from '#lib/metrics/report-scenarios.ts';
import { type CellParams, contextOf, numberParam, textParam } from '#lib/runs/cell-params.ts';
import { chunkLabel, promptOf } from '#lib/runs/matrix/judge-chunked-prefill.ts';
import { fitLabel, isGpu, isModel, isQuantization } from '#lib/runs/matrix/judge-fit.ts';
import {
  concurrencyLabel,
  isAt,
  isScenario,
  type MatrixCell,
  modelsOf,
  newest,
  paramsOf,
} from '#lib/runs/matrix/matrix-cell.ts';
import {
  CHUNK_PROMPTS,
  CHUNK_SIZES,
  CONCURRENCY_CELLS,
  FIT_GPUS,
  FIT_MODELS,
  FIT_QUANTIZATIONS,
} from '#lib/runs/matrix/reference-cells.ts';
import type { MatrixKind } from '#lib/runs/run.ts';

/** A place in a matrix: the label that criteria name it by, and the newest batch that was run there. */
export type MatrixSlot<T extends MatrixCell> = { readonly label: string; readonly cell: T | null };

/**
 * `grid`: two parameters against each other, one number at a time. `list`: scenarios, whose numbers stand side by side. Rows
 * and columns are those of the report and those that were run.
 */
export type MatrixShape<T extends MatrixCell> = {
  readonly form: 'grid' | 'list';
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly rows: readonly string[];
  /** One, without a word, of a list. */
  readonly columns: readonly string[];
  readonly slots: readonly (readonly MatrixSlot<T>[])[];
};

/** The table of a matrix. Cells that lack a parameter of it are in none of its places; `leftOut` has them. */
export function matrixShape<T extends MatrixCell>(
  kind: MatrixKind,
  cells: readonly T[],
): MatrixShape<T> & { readonly leftOut: readonly T[] } {
  const shape = shapeOf(kind, cells);
  const shown = new Set(shape.slots.flat().flatMap(({ cell }) => (cell === null ? [] : [cell.number])));
  const labels = new Map(cells.map((cell) => [cell.number, JSON.stringify(paramsOf(cell))]));
  const shownParams = new Set([...shown].map((number) => labels.get(number)));
  const leftOut = cells.filter(({ number }) => !shown.has(number) && !shownParams.has(labels.get(number)));
  return { ...shape, leftOut };
}

function shapeOf<T extends MatrixCell>(kind: MatrixKind, cells: readonly T[]): MatrixShape<T> {
  switch (kind) {
    case 'concurrency':
      return concurrencyShape(cells);
    case 'chunked-prefill':
      return chunkShape(cells);
    case 'fit':
      return fitShape(cells);
    case 'burst':
      return scenarioShape('Burst', REPORT_BURSTS, cells);
    case 'kv-stress':
      return scenarioShape('Scenario', REPORT_KV_CASES, cells);
    case 'oom':
      return scenarioShape('Case', REPORT_OOM_CASES, cells);
  }
}

function concurrencyShape<T extends MatrixCell>(cells: readonly T[]): MatrixShape<T> {
  const models = modelsOf(cells);
  const contexts = known(
    CONCURRENCY_CELLS.map((cell) => cell.contextTokens),
    cells,
    contextOf,
  );
  const levels = known(
    CONCURRENCY_CELLS.map((cell) => cell.concurrency),
    cells,
    (params) => numberParam(params, 'concurrency'),
  );
  const rows = models.flatMap((model) => contexts.map((context) => ({ model, context })));
  const named = (model: string | null) => (models.length > 1 ? model : null);
  return {
    form: 'grid',
    rowTitle: 'Context',
    columnTitle: 'Concurrency',
    rows: rows.map(({ model, context }) => `${named(model) === null ? '' : `${model}: `}${context} tokens`),
    columns: levels.map((level) => `C=${level}`),
    slots: rows.map(({ model, context }) =>
      levels.map((level) => ({
        label: concurrencyLabel(named(model), context, level),
        cell: newest(cells, isAt(model, context, level)),
      })),
    ),
  };
}

function chunkShape<T extends MatrixCell>(cells: readonly T[]): MatrixShape<T> {
  const models = modelsOf(cells);
  const prompts = [
    ...new Set<number>([...CHUNK_PROMPTS, ...cells.map(promptOf).filter((prompt) => prompt !== null)]),
  ].toSorted((a, b) => a - b);
  const sizes = known(
    CHUNK_SIZES.map((size) => size.tokens),
    cells,
    (params) => numberParam(params, 'chunk_tokens'),
  ).toReversed();
  const rows = models.flatMap((model) => prompts.map((prompt) => ({ model, prompt })));
  const named = (model: string | null) => (models.length > 1 ? model : null);
  return {
    form: 'grid',
    rowTitle: 'Prompt',
    columnTitle: 'Chunk',
    rows: rows.map(({ model, prompt }) => `${named(model) === null ? '' : `${model}: `}${prompt} tokens`),
    columns: sizes.map((size) => {
      const name = CHUNK_SIZES.find(({ tokens }) => tokens === size)?.name;
      return name === undefined ? `${size}` : `${size}, ${name}`;
    }),
    slots: rows.map(({ model, prompt }) =>
      sizes.map((size) => ({
        label: chunkLabel(named(model), prompt, size),
        cell: newest(
          cells.filter((cell) => promptOf(cell) === prompt),
          (params) => textParam(params, 'model') === model && numberParam(params, 'chunk_tokens') === size,
        ),
      })),
    ),
  };
}

function fitShape<T extends MatrixCell>(cells: readonly T[]): MatrixShape<T> {
  const models = words(FIT_MODELS, cells, 'model', isModel);
  const quantizations = words(FIT_QUANTIZATIONS, cells, 'quantization', isQuantization);
  const gpus = words(FIT_GPUS, cells, 'gpu', isGpu);
  const rows = models.flatMap((model) => quantizations.map((quantization) => ({ model, quantization })));
  return {
    form: 'grid',
    rowTitle: 'Model',
    columnTitle: 'GPU',
    rows: rows.map(({ model, quantization }) => `${model} ${quantization}`),
    columns: gpus,
    slots: rows.map(({ model, quantization }) =>
      gpus.map((gpu) => ({
        label: fitLabel(model, quantization, gpu),
        cell: newest(
          cells,
          (params) =>
            isModel(textParam(params, 'model'), model) &&
            isQuantization(textParam(params, 'quantization'), quantization) &&
            isGpu(textParam(params, 'gpu'), gpu),
        ),
      })),
    ),
  };
}

function scenarioShape<T extends MatrixCell>(
  rowTitle: string,
  scenarios: readonly { readonly id: string }[],
  cells: readonly T[],
): MatrixShape<T> {
  const given = cells.map((cell) => textParam(paramsOf(cell), 'scenario')).filter((id) => id !== null);
  const ids = [...new Set([...scenarios.map(({ id }) => id), ...given])];
  return {
    form: 'list',
    rowTitle,
    columnTitle: '',
    rows: ids,
    columns: [''],
    slots: ids.map((id) => [{ label: id, cell: newest(cells, isScenario(id)) }]),
  };
}

/** Numbers of the report and of the cells, each once, in order. */
function known(
  reference: readonly number[],
  cells: readonly MatrixCell[],
  of: (params: CellParams) => number | null,
): readonly number[] {
  const given = cells.map((cell) => of(paramsOf(cell))).filter((value) => value !== null);
  return [...new Set([...reference, ...given])].toSorted((a, b) => a - b);
}

/** Words of the report, and those of the cells that are none of them. */
function words(
  reference: readonly string[],
  cells: readonly MatrixCell[],
  name: 'model' | 'gpu' | 'quantization',
  is: (text: string | null, word: string) => boolean,
): readonly string[] {
  const given = cells.map((cell) => textParam(paramsOf(cell), name)).filter((text) => text !== null);
  return [...new Set([...reference, ...given.filter((text) => !reference.some((word) => is(text, word)))])];
}
