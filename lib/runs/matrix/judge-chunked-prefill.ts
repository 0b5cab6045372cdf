import { numberParam, textParam } from '#lib/runs/cell-params.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { type MatrixCell, modelsOf, newest, paramsOf } from '#lib/runs/matrix/matrix-cell.ts';
import { CHUNK_BENEFIT, CHUNK_PROMPTS, RECOMMENDED_CHUNK } from '#lib/runs/matrix/reference-cells.ts';

const [NO_CHUNKING, SMALL] = [8192, 256];
/** Medians of two runs of the same differ by this much. Ours. */
const SAME = 1.05;

/** The tokens of the prompt: given as such, or as the context. */
export function promptOf(cell: MatrixCell): number | null {
  const params = paramsOf(cell);
  return numberParam(params, 'prompt_tokens') ?? numberParam(params, 'context_tokens');
}

export function chunkLabel(model: string | null, promptTokens: number, chunkTokens: number): string {
  return `${model === null ? '' : `${model}: `}prompt ${promptTokens} × chunk ${chunkTokens}`;
}

/** TTFT is what chunking changes; without it the whole request. Medians. */
export function chunkLatency({ cell }: Pick<MatrixCell, 'cell'>): number | null {
  return cell?.ttft.p50 ?? cell?.latency.p50 ?? null;
}

/**
 * Report 001, phase 6: chunks of 512 tokens keep at least 95 % of what chunks of 256 win in latency against no chunking.
 * By model and prompt length; prompt lengths that the report does not have are judged too.
 */
export function judgeChunkedPrefill(cells: readonly MatrixCell[]): readonly Judgement[] {
  const models = modelsOf(cells);
  return models.flatMap((model) => {
    const own = cells.filter((cell) => textParam(paramsOf(cell), 'model') === model);
    const prompts = new Set<number>([...CHUNK_PROMPTS, ...own.map(promptOf).filter((prompt) => prompt !== null)]);
    return [...prompts]
      .toSorted((a, b) => a - b)
      .map((prompt) => judgePrompt(own, models.length > 1 ? model : null, prompt));
  });
}

function judgePrompt(own: readonly MatrixCell[], model: string | null, prompt: number): Judgement {
  const cell = chunkLabel(model, prompt, RECOMMENDED_CHUNK);
  const criterion = {
    check: 'recommended chunk',
    unit: 'ratio',
    limit: '>= 95 % of the benefit',
    cell,
    source: '001',
  } as const;
  const ofPrompt = own.filter((each) => promptOf(each) === prompt);
  const at = (tokens: number) => newest(ofPrompt, (params) => numberParam(params, 'chunk_tokens') === tokens);
  const [none, medium, small] = [at(NO_CHUNKING), at(RECOMMENDED_CHUNK), at(SMALL)];
  const [whole, ours, best] = [none, medium, small].map((each) => (each === null ? null : chunkLatency(each)));
  const known = [none, medium, small].flatMap((each) => each?.number ?? []);
  if (
    whole === undefined ||
    whole === null ||
    ours === undefined ||
    ours === null ||
    best === undefined ||
    best === null
  )
    return notMeasured(
      criterion,
      `needs the latency of chunks of ${NO_CHUNKING}, ${RECOMMENDED_CHUNK} and ${SMALL}`,
      known,
    );
  const useless = `chunks of ${SMALL} are not faster than none here`;
  if (best >= whole && ours <= whole * SAME)
    return notMeasured(criterion, `${useless}: there is no benefit to keep`, known);
  if (best >= whole)
    return judged(criterion, false, null, `${useless}, and those of ${RECOMMENDED_CHUNK} are slower`, known);
  const benefit = (whole - ours) / (whole - best);
  const reason = `${ms(whole)} without chunks, ${ms(ours)} with ${RECOMMENDED_CHUNK}, ${ms(best)} with ${SMALL}`;
  return judged(criterion, benefit >= CHUNK_BENEFIT, benefit, reason, known);
}

const ms = (seconds: number): string => `${Math.round(seconds * 1000)} ms`;
