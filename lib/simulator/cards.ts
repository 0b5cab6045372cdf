import type { GpuSettings, MemoryPlan } from '#lib/simulator/gpu.ts';
import { Random, seedOf } from '#lib/simulator/random.ts';

type Card = Pick<
  GpuSettings,
  'name' | 'totalMib' | 'reservedMib' | 'idleW' | 'limitW' | 'idleC' | 'loadC' | 'smClockMhz' | 'memClockMhz' | 'hbm'
>;

export const RTX_3090: Card = {
  name: 'NVIDIA GeForce RTX 3090',
  totalMib: 24_576,
  reservedMib: 312,
  idleW: 28,
  limitW: 350,
  idleC: 36,
  loadC: 78,
  smClockMhz: 2100,
  memClockMhz: 9751,
  hbm: false,
};

export const A100_40: Card = {
  name: 'NVIDIA A100-SXM4-40GB',
  totalMib: 40_960,
  reservedMib: 578,
  idleW: 52,
  limitW: 400,
  idleC: 31,
  loadC: 66,
  smClockMhz: 1410,
  memClockMhz: 1215,
  hbm: true,
};

export const H100_80: Card = {
  name: 'NVIDIA H100 80GB HBM3',
  totalMib: 81_559,
  reservedMib: 479,
  idleW: 70,
  limitW: 700,
  idleC: 30,
  loadC: 68,
  smClockMhz: 1980,
  memClockMhz: 2619,
  hbm: true,
};

/** The third GPU of the OOM report, which calls an 8 GB card an RTX 3090. */
export const SMALL_8: Card = { ...RTX_3090, totalMib: 8192, reservedMib: 220, limitW: 250 };

/** vLLM's reservation at this gpu_memory_utilization. */
export function reserve(
  utilization: number,
  weightsMib: number,
  growth: Extract<MemoryPlan, { kind: 'reserve' }>['growth'] = { kind: 'steady' },
): MemoryPlan {
  return { kind: 'reserve', contextMib: 530, weightsMib, graphsMib: 420, utilization, growth };
}

/** One card of a host, with an identity made from both: where hosts of several scenarios share a name, `host` says more than it. */
export function gpuOf(
  card: Card,
  host: string,
  index: number,
  servers: readonly string[],
  memory: MemoryPlan,
): GpuSettings {
  const random = new Random(seedOf(index, host));
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return {
    ...card,
    uuid: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    index,
    busId: `00000000:${(index + 1).toString(16).padStart(2, '0').toUpperCase()}:00.0`,
    memory,
    processName: 'VLLM::EngineCore',
    servers,
    xids: [],
  };
}
