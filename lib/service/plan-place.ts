import { engineParts } from '#lib/alerts/labels.ts';
import type { LiveView, Place } from '#lib/api/plan.ts';
import type { CurrentValue } from '#lib/api/series.ts';
import type { FleetState, FleetSubject } from '#lib/db/fleet-state.ts';
import type { EngineGauge } from '#lib/metrics/sample.ts';
import type { Signal } from '#lib/metrics/signal.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { Unit } from '#lib/metrics/unit.ts';
import { findCard } from '#lib/plan/cards.ts';
import { input, type Quantity, quantity } from '#lib/plan/figure.ts';
import { kvDtypeOf } from '#lib/plan/quantisation.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentOf } from '#lib/service/current.ts';
import { AppError } from '#lib/service/errors.ts';
import { sharedFleet } from '#lib/service/shared-fleet.ts';

/** What a live engine prints of itself. */
export type LiveEngine = {
  readonly id: number;
  readonly name: string;
  readonly servedModel: string;
  readonly blocks: Quantity;
  readonly blockTokens: Quantity;
  readonly utilization: Quantity;
  /** `cache_dtype`; null when it is not printed. */
  readonly cacheDtype: string | null;
};

/** What a plan is for: the memory of one card, the engine if one was chosen, and what was read of either. */
export type PlanPlace = {
  readonly cardBytes: Quantity;
  readonly engine: LiveEngine | null;
  readonly live: Omit<LiveView, 'modelId'> | null;
};

/** Throws AppError `invalid` for an unknown card, `not-found` for an unknown subject. */
export async function resolvePlace(context: ServiceContext, place: Place): Promise<PlanPlace> {
  if ('memoryBytes' in place)
    return { cardBytes: quantity(place.memoryBytes, 'entered', 'entered'), engine: null, live: null };
  if ('card' in place) {
    const card = findCard(place.card);
    if (card === null) refuse('place.card', `no card ${place.card}`);
    return { cardBytes: quantity(card.bytes, 'card', `${card.name}, ${card.reference}`), engine: null, live: null };
  }
  const fleet = await sharedFleet(context);
  const subject = fleet.subjects.find(({ id }) => id === place.subject);
  if (subject === undefined) throw new AppError('not-found', `no subject ${place.subject}`);
  return subject.kind === 'gpu' ? gpuPlace(context, fleet, subject) : enginePlace(context, fleet, subject);
}

function refuse(path: string, message: string): never {
  throw new AppError('invalid', `${path}: ${message}`, [{ path, message }]);
}

const GPU_SIGNALS = ['vram_total', 'vram_used', 'vram_free', 'vram_reserved'] as const;

async function gpuPlace(context: ServiceContext, fleet: FleetState, gpu: FleetSubject): Promise<PlanPlace> {
  const read = await readGpu(context, fleet, gpu);
  const [total] = read;
  const cardBytes = total === undefined ? quantity(null, 'gpu', `nothing read of ${gpu.name}`) : total;
  return { cardBytes, engine: null, live: { subject: gpu.id, name: gpu.name, kind: 'gpu', servedModel: null, read } };
}

async function readGpu(context: ServiceContext, fleet: FleetState, gpu: FleetSubject) {
  const signals = GPU_SIGNALS.map(findSignal).filter((signal) => signal !== undefined);
  const values = await currentOf(context, fleet, [gpu], signals);
  return signals.map((signal) => input(signal.title, signal.unit, quantityOf(gpu, values, signal.id)));
}

const engineGauge = (id: string, field: EngineGauge, unit: Unit): Signal => ({
  id,
  title: id,
  kind: 'engine',
  unit,
  windowMs: 60_000,
  compute: { type: 'gauge', field },
  fleet: 'sum',
  help: '',
  source: 'vllm:cache_config_info',
});
/** Capacity is their product; the planner shows both. */
const BLOCKS = engineGauge('kv_blocks', 'kv_blocks', 'count');
const BLOCK_TOKENS = engineGauge('kv_block_tokens', 'kv_block_tokens', 'tokens');

async function enginePlace(context: ServiceContext, fleet: FleetState, subject: FleetSubject): Promise<PlanPlace> {
  const used = findSignal('kv_tokens_used');
  const signals = [BLOCKS, BLOCK_TOKENS, ...(used === undefined ? [] : [used])];
  const [values, gpu] = await Promise.all([
    currentOf(context, fleet, [subject], signals),
    smallestGpu(context, fleet, subject),
  ]);
  const [, servedModel = ''] = engineParts(subject.key);
  const engine: LiveEngine = {
    id: subject.id,
    name: subject.name,
    servedModel,
    blocks: quantityOf(subject, values, BLOCKS.id),
    blockTokens: quantityOf(subject, values, BLOCK_TOKENS.id),
    utilization: utilizationOf(subject),
    cacheDtype: subject.attributes.cache_dtype ?? null,
  };
  const read = [
    ...gpu.read,
    input('num_gpu_blocks', 'count', engine.blocks),
    input('block_size', 'tokens', engine.blockTokens),
    input('KV tokens used', 'tokens', quantityOf(subject, values, 'kv_tokens_used')),
    input('gpu_memory_utilization', 'ratio', engine.utilization),
  ];
  const live = { subject: subject.id, name: subject.name, kind: 'engine' as const, servedModel, read };
  return { cardBytes: gpu.cardBytes, engine, live };
}

/** The GPU with the least memory of those that the engine is linked to: what every one of them can hold. */
async function smallestGpu(context: ServiceContext, fleet: FleetState, engine: FleetSubject) {
  const linked = fleet.links.filter(({ engineId }) => engineId === engine.id).map(({ gpuId }) => gpuId);
  const gpus = fleet.subjects.filter(({ id }) => linked.includes(id));
  const reads = await Promise.all(gpus.map((gpu) => readGpu(context, fleet, gpu)));
  const sizes = reads.map(([total]) => total).filter((total) => total !== undefined);
  const unknown = sizes.find(({ value }) => value === null);
  if (sizes.length === 0) {
    const why = `no GPU is linked to ${engine.name}: give both the same host label`;
    return { cardBytes: quantity(null, 'engine', why, engine.id), read: [] };
  }
  const smallest = sizes.reduce((low, size) => ((size.value ?? 0) < (low.value ?? 0) ? size : low));
  const index = sizes.indexOf(smallest);
  return { cardBytes: unknown ?? smallest, read: reads[index] ?? [] };
}

function utilizationOf({ id, name, attributes }: FleetSubject): Quantity {
  const value = Number(attributes.gpu_memory_utilization ?? Number.NaN);
  if (value > 0 && value <= 1) return quantity(value, 'engine', `read from engine ${name}`, id);
  return quantity(null, 'engine', `engine ${name} does not print it`, id);
}

function quantityOf(subject: FleetSubject, values: readonly CurrentValue[], signal: string): Quantity {
  const found = values.find((value) => value.subject === subject.id && value.signal === signal);
  const value = found?.value ?? null;
  const word = subject.kind === 'gpu' ? 'GPU' : 'engine';
  const why = found === undefined || found.reason === '' ? 'nothing was read' : found.reason;
  const text = value === null ? `${subject.name}: ${why}` : `read from ${word} ${subject.name}`;
  return quantity(value, subject.kind, text, subject.id);
}

/** The KV dtype that an engine prints, with where it is from. */
export function kvDtypeOfEngine({ id, name, cacheDtype }: LiveEngine) {
  const dtype = cacheDtype === null ? null : kvDtypeOf(cacheDtype);
  const text =
    cacheDtype === null
      ? `engine ${name} does not print cache_dtype`
      : dtype === null
        ? `engine ${name} prints cache_dtype ${cacheDtype}, whose size is not known here`
        : `engine ${name} prints cache_dtype ${cacheDtype}`;
  return { dtype, origin: { kind: 'engine' as const, text, subject: id } };
}
