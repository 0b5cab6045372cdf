import type { KvAnswer, KvBody, LiveView, PreflightAnswer, PreflightBody, ReportsAnswer } from '#lib/api/plan.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import { type Quantity, quantity } from '#lib/plan/figure.ts';
import { countFits, REPORT_FIT_COUNTS } from '#lib/plan/fit-cell.ts';
import { reportFitMatrix } from '#lib/plan/fit-matrix.ts';
import { bytesPerToken, type ModelUse } from '#lib/plan/kv-memory.ts';
import { matchModel } from '#lib/plan/model-shape.ts';
import { type KvPlan, planKv } from '#lib/plan/plan-kv.ts';
import { type PreflightPlan, planPreflight } from '#lib/plan/plan-preflight.ts';
import { reportGb } from '#lib/plan/pre-flight.ts';
import { quantisationOfName } from '#lib/plan/quantisation.ts';
import { REPORT_TABLES } from '#lib/plan/report-batch-tables.ts';
import { planReportCase, REPORT_BYTES_PER_TOKEN, REPORT_PREFLIGHT_CASES } from '#lib/plan/report-preflight.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { knownModels } from '#lib/service/plan-models.ts';
import { kvDtypeOfEngine, type PlanPlace, resolvePlace } from '#lib/service/plan-place.ts';

const entered = (value: number): Quantity => quantity(value, 'entered', 'entered');

/** What a person leaves as it is, is no word of theirs. */
const enteredUnless = (value: number, usual: number, text: string): Quantity =>
  value === usual ? quantity(value, 'default', text) : entered(value);

/** `POST /plan/preflight`: report 000's rule on a card, a live GPU or the GPU of a live engine. */
export async function preflight(context: ServiceContext, body: PreflightBody): Promise<PreflightAnswer> {
  const place = await resolvePlace(context, body.place);
  const found = await findShape(context, body, place);
  if (body.bytesPerToken === undefined) needsModel(body, place, 'bytesPerToken');
  const perToken = bytesPerToken(modelUse(body, place, found));
  const plan = planPreflight({
    batch: entered(body.batch),
    concurrency: enteredUnless(body.concurrency, 1, 'one at a time'),
    tokensPerRequest: entered(body.tokensPerRequest),
    bytesPerToken: given(body.bytesPerToken) ?? {
      value: perToken.value,
      origin: { kind: 'computed', text: perToken.value === null ? perToken.reason : perToken.formula, subject: null },
    },
    cardBytes: place.cardBytes,
    cap: body.cap === 0.8 ? quantity(body.cap, 'report', 'report 000, soft cap') : entered(body.cap),
  });
  const figures = body.bytesPerToken === undefined ? [perToken, ...plan.figures] : plan.figures;
  const need = plan.figures.find(({ id }) => id === 'need')?.value ?? null;
  return { ...preflightAnswer({ ...plan, figures }), ...presentUse(place, need), live: liveOf(place, found.modelId) };
}

function given(bytes: PreflightBody['bytesPerToken']): Quantity | null {
  if (bytes === undefined) return null;
  if (bytes !== 'report') return entered(bytes);
  return quantity(REPORT_BYTES_PER_TOKEN, 'report', 'report 000: 0.5 GB ÷ 65,536 tokens');
}

/** `POST /plan/kv`: the memory of a model, and the batches that its KV cache holds. */
export async function planKvCache(context: ServiceContext, body: KvBody): Promise<KvAnswer> {
  const place = await resolvePlace(context, body.place);
  needsModel(body, place, 'model');
  const found = await findShape(context, body, place);
  const plan = planKv({
    card: { cardBytes: place.cardBytes, utilization: utilizationOf(body, place) },
    model: modelUse(body, place, found),
    step: {
      stepTokens: enteredUnless(body.stepTokens, 2048, "vLLM's default for serving"),
      sequences: enteredUnless(body.sequences, 256, "vLLM's default"),
      measured: body.activationBytes === undefined ? null : entered(body.activationBytes),
    },
    batch: entered(body.batch),
    sequenceTokens: entered(body.sequenceTokens),
    concurrency: enteredUnless(body.concurrency, 1, 'one at a time'),
    live: place.engine,
  });
  return { ...kvAnswer(plan), live: liveOf(place, found.modelId) };
}

/** A live engine serves a model already; anywhere else one must be named. */
function needsModel({ model }: Pick<KvBody, 'model'>, { engine }: PlanPlace, other: string): void {
  if (model !== undefined || engine !== null) return;
  const message = other === 'model' ? 'is needed: this is no engine' : 'give this, or a model';
  throw new AppError('invalid', `${other}: ${message}`, [{ path: other, message }]);
}

type Found = Pick<ModelUse, 'shape' | 'unknown'> & { readonly modelId: string | null };

/** The model as given, by its id, or by the name that the engine serves. Throws AppError `invalid` for an unknown id. */
async function findShape(context: ServiceContext, body: Pick<KvBody, 'model'>, place: PlanPlace): Promise<Found> {
  const { model } = body;
  if (typeof model === 'object') return { shape: model, unknown: '', modelId: null };
  const models = await knownModels(context);
  if (model !== undefined) {
    const shape = models.find(({ id }) => id === model) ?? null;
    if (shape === null) {
      const message = `no model ${model}`;
      throw new AppError('invalid', `model: ${message}`, [{ path: 'model', message }]);
    }
    return { shape, unknown: '', modelId: shape.id };
  }
  const name = place.engine?.servedModel ?? '';
  const shape = matchModel(name, models);
  const unknown = `${name === '' ? 'the model' : name} is not in the model table: add it, or choose one`;
  return { shape, unknown, modelId: shape?.id ?? null };
}

function modelUse(body: Pick<KvBody, 'kvDtype' | 'gpus'> & Partial<KvBody>, place: PlanPlace, found: Found): ModelUse {
  return {
    ...found,
    ...weightsOf(body, place),
    ...kvOf(body, place),
    gpus: enteredUnless(body.gpus, 1, 'one GPU an engine'),
  };
}

function weightsOf(
  body: Partial<KvBody>,
  { engine }: PlanPlace,
): Pick<ModelUse, 'quantisation' | 'quantisationOrigin'> {
  const origin = (kind: 'entered' | 'engine' | 'default', text: string) => ({
    kind,
    text,
    subject: engine?.id ?? null,
  });
  if (body.quantisation !== undefined)
    return { quantisation: body.quantisation, quantisationOrigin: { ...origin('entered', 'entered'), subject: null } };
  const named = engine === null ? null : quantisationOfName(engine.servedModel);
  if (named !== null)
    return { quantisation: named, quantisationOrigin: origin('engine', `the name of the served model says ${named}`) };
  return { quantisation: 'fp16', quantisationOrigin: origin('default', 'nothing says that weights are quantised') };
}

function kvOf(body: Partial<KvBody>, { engine }: PlanPlace): Pick<ModelUse, 'kvDtype' | 'kvDtypeOrigin'> {
  if (body.kvDtype !== undefined)
    return { kvDtype: body.kvDtype, kvDtypeOrigin: { kind: 'entered', text: 'entered', subject: null } };
  if (engine === null)
    return { kvDtype: 'fp16', kvDtypeOrigin: { kind: 'default', text: 'cache_dtype auto: 16 bits', subject: null } };
  const { dtype, origin } = kvDtypeOfEngine(engine);
  return { kvDtype: dtype, kvDtypeOrigin: origin };
}

function utilizationOf(body: KvBody, { engine }: PlanPlace): Quantity {
  if (body.utilization !== undefined) return entered(body.utilization);
  return engine === null ? quantity(0.9, 'default', "vLLM's default") : engine.utilization;
}

/** The report's rule counts the whole card, whatever is on it already. An engine holds its share itself: there the KV cache is judged. */
function presentUse({ live }: PlanPlace, need: number | null): Pick<PreflightAnswer, 'notes' | 'fitsNow'> {
  const read = (signal: string) => live?.read.find(({ name }) => name === findSignal(signal)?.title)?.value ?? null;
  const [used, total] = [read('vram_used'), read('vram_total')];
  // Not every exporter prints free memory; what the driver keeps is then inside.
  const free = read('vram_free') ?? (total === null || used === null ? null : total - used);
  if (live === null || used === null || used === 0) return { notes: [], fitsNow: null };
  const inUse = `${formatValue(used, 'bytes')} of the card are in use now`;
  if (live.kind === 'engine' || free === null || need === null)
    return { notes: [`${inUse}; the pre-flight rule counts the whole card.`], fitsNow: null };
  const fitsNow = need <= free;
  const words = fitsNow ? 'it fits into' : `${reportGb(need)} do not fit into`;
  const note = `${inUse}: ${words} the ${reportGb(free)} that are free. The pre-flight rule counts the whole card.`;
  return { notes: [note], fitsNow };
}

function liveOf({ live }: PlanPlace, modelId: string | null): LiveView | null {
  return live === null ? null : { ...live, modelId };
}

// Answers are typed as zod infers them, with arrays that may be changed.
const figuresOf = (figures: PreflightPlan['figures']) =>
  figures.map((figure) => ({ ...figure, inputs: [...figure.inputs] }));

function preflightAnswer(plan: PreflightPlan): Omit<PreflightAnswer, 'live' | 'notes' | 'fitsNow'> {
  return { ...plan, halving: [...plan.halving], figures: figuresOf(plan.figures) };
}

function kvAnswer(plan: KvPlan): Omit<KvAnswer, 'live'> {
  return { ...plan, figures: figuresOf(plan.figures), notes: [...plan.notes] };
}

/** `GET /plan/reports`: the cases and tables of the reports, put through the planner. */
export function planReports(): ReportsAnswer {
  const cells = reportFitMatrix();
  return {
    preflight: REPORT_PREFLIGHT_CASES.map((one) => {
      const { verdict, sentence, fittingBatch, figures } = preflightAnswer(planReportCase(one));
      return { id: one.id, printed: one.printed, note: one.note, verdict, sentence, fittingBatch, figures };
    }),
    fit: {
      printed: REPORT_FIT_COUNTS,
      counted: countFits(cells),
      cells: cells.map((cell) => ({ ...cell, figures: figuresOf(cell.figures) })),
    },
    tables: REPORT_TABLES.map((table) => ({
      ...table,
      columns: [...table.columns],
      rows: table.rows.map((row) => [...row]),
    })),
  };
}
