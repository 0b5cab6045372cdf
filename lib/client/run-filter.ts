import { RUN_KINDS, RUN_ORIGINS, type RunKind, type RunOrigin } from '#lib/runs/run.ts';

/** What of the runs is listed; the URL holds it. null is not narrowed. */
export type RunFilter = {
  readonly state: 'running' | 'finished' | null;
  readonly kind: RunKind | null;
  readonly origin: RunOrigin | null;
  readonly engine: number | null;
};

export const RUN_PARAMS = ['state', 'kind', 'origin', 'engine'] as const;

/** Reads `state`, `kind`, `origin`, `engine`; what cannot be read narrows nothing. */
export function parseRunFilter(params: URLSearchParams): RunFilter {
  const state = params.get('state');
  const engine = Number(params.get('engine'));
  return {
    state: state === 'running' || state === 'finished' ? state : null,
    kind: RUN_KINDS.find((kind) => kind === params.get('kind')) ?? null,
    origin: RUN_ORIGINS.find((origin) => origin === params.get('origin')) ?? null,
    engine: Number.isSafeInteger(engine) && engine > 0 ? engine : null,
  };
}

/** The filter as the API takes it. */
export function runFilterQuery({ state, kind, origin, engine }: RunFilter): URLSearchParams {
  return new URLSearchParams({
    ...(state === null ? {} : { state }),
    ...(kind === null ? {} : { kind }),
    ...(origin === null ? {} : { origin }),
    ...(engine === null ? {} : { engine: String(engine) }),
  });
}

const MOST_COMPARED = 8;

/** Ids of `1,2,3`: whole numbers above 0, each once, at most eight: more cannot be told apart. */
export function parseRunIds(text: string): readonly number[] {
  const ids = text.split(',').map(Number);
  return [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, MOST_COMPARED);
}

/** Whether the list shows less than all runs. */
export const isNarrowed = ({ state, kind, origin, engine }: RunFilter): boolean =>
  state !== null || kind !== null || origin !== null || engine !== null;
