import type { BatchFigures } from '#lib/runs/batch-figures.ts';
import { type CellParams, contextOf, numberParam, textParam } from '#lib/runs/cell-params.ts';

/** What of a cell is judged and shown; a batch of the store and one of the API are both one. */
export type MatrixCell = Pick<
  BatchFigures,
  | 'number'
  | 'durationMs'
  | 'requestsPerSecond'
  | 'tokensPerSecond'
  | 'completed'
  | 'failed'
  | 'successRatio'
  | 'errors'
  | 'hitRatio'
  | 'crashes'
  | 'oomErrors'
> & {
  readonly cell?: BatchFigures['cell'] | undefined;
  readonly memory: readonly {
    readonly beforeBytes: number | null;
    readonly afterBytes: number | null;
    readonly peakBytes: number | null;
    readonly totalBytes?: number | null;
    readonly reservedBytes?: number | null;
  }[];
};

export const paramsOf = ({ cell }: Pick<MatrixCell, 'cell'>): CellParams => cell?.params ?? {};

/** The newest of the cells that `is` picks: a cell that was run again replaces the one before. */
export function newest<T extends MatrixCell>(cells: readonly T[], is: (params: CellParams) => boolean): T | null {
  return cells.filter((cell) => is(paramsOf(cell))).toSorted((a, b) => b.number - a.number)[0] ?? null;
}

export const isScenario =
  (id: string) =>
  (params: CellParams): boolean =>
    textParam(params, 'scenario') === id;

export const isAt =
  (model: string | null, contextTokens: number, concurrency: number) =>
  (params: CellParams): boolean =>
    textParam(params, 'model') === model &&
    contextOf(params) === contextTokens &&
    numberParam(params, 'concurrency') === concurrency;

/** Models of the cells, in order; [null] where none is named. */
export function modelsOf(cells: readonly MatrixCell[]): readonly (string | null)[] {
  const models = [...new Set(cells.map((cell) => textParam(paramsOf(cell), 'model')))];
  return models.length === 0 ? [null] : models;
}

/** "1024 tokens × C=50"; with its model where the run has several. */
export function concurrencyLabel(model: string | null, contextTokens: number, concurrency: number): string {
  return `${model === null ? '' : `${model}: `}${contextTokens} tokens × C=${concurrency}`;
}

/** What a cell says of memory: whether its work fitted, and why that is known. null: it does not say. */
export function fitOf(cell: MatrixCell): { readonly fits: boolean | null; readonly why: string } {
  const { oomErrors, crashes, completed, failed } = cell;
  if ((oomErrors ?? 0) > 0) return { fits: false, why: `${oomErrors} out of memory` };
  if ((crashes ?? 0) > 0) return { fits: false, why: 'the engine crashed' };
  if ((completed ?? 0) > 0 && failed === 0) return { fits: true, why: `all ${completed} requests completed` };
  if ((completed ?? 0) > 0 && oomErrors === 0)
    return { fits: true, why: `${failed ?? 'some'} failed, none for memory` };
  return { fits: null, why: completed === null ? 'requests were not counted' : 'it is not known why requests failed' };
}

/** Highest share of a GPU's memory that was used; null where no GPU was measured. */
export function peakRatio({ memory }: MatrixCell): number | null {
  const ratios = memory.flatMap(({ peakBytes, totalBytes }) =>
    peakBytes === null || totalBytes === undefined || totalBytes === null || totalBytes <= 0
      ? []
      : [peakBytes / totalBytes],
  );
  return ratios.length === 0 ? null : Math.max(...ratios);
}
