import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import type { Random } from '#lib/simulator/random.ts';

/** What happens to memory beside what the engine takes at its start. */
export type Growth =
  | { readonly kind: 'steady' }
  | { readonly kind: 'leak'; readonly mibPerHour: number }
  /** One portion at the end of every batch. */
  | { readonly kind: 'leak-per-batch'; readonly mib: number; readonly batchEndsS: readonly number[] }
  | { readonly kind: 'step'; readonly atS: number; readonly mib: number }
  | { readonly kind: 'saw-tooth'; readonly mib: number; readonly periodS: number };

/** How memory is taken: vLLM reserves its share at start-up; the OOM cases allocate for each batch. */
export type MemoryPlan =
  | {
      readonly kind: 'reserve';
      readonly contextMib: number;
      readonly weightsMib: number;
      readonly graphsMib: number;
      /** gpu_memory_utilization: weights and KV pool together take this share of the card. */
      readonly utilization: number;
      readonly growth: Growth;
    }
  | {
      readonly kind: 'demand';
      readonly contextMib: number;
      readonly allocations: readonly { startS: number; endS: number; mib: number }[];
    };

export type GpuSettings = {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  readonly busId: string;
  readonly totalMib: number;
  readonly reservedMib: number;
  readonly idleW: number;
  readonly limitW: number;
  readonly idleC: number;
  /** Settles here under full load. */
  readonly loadC: number;
  readonly smClockMhz: number;
  readonly memClockMhz: number;
  /** HBM has a temperature sensor and row remapping; the card is cooled passively. */
  readonly hbm: boolean;
  readonly memory: MemoryPlan;
  readonly processName: string;
  /** Servers that run on it. */
  readonly servers: readonly string[];
  readonly xids: readonly { readonly code: number; readonly atS: number }[];
};

/** vLLM's start-up, in seconds after the process started: context, weights, profiling, KV pool, CUDA graphs. */
export const START_UP = { contextS: 3, weightsS: 15, poolS: 20, readyS: 25 } as const;
const SETTLE_S = 45;
const SLOWDOWN_C = 87;
/** PyTorch's allocator asks the driver for multiples of this. */
const GRANULE_MIB = 2;
const CORRECTED_ECC_PER_S = 1 / 200_000;

/** A GPU that follows its engines: memory by plan, power by load, temperature with a lag. */
export class Gpu {
  readonly settings: GpuSettings;
  usedMib = 0;
  utilization = 0;
  memoryUtilization = 0;
  powerW: number;
  temperatureC: number;
  smClockMhz = 0;
  throttleBits: number = THROTTLE_BITS.gpu_idle;
  energyJ = 0;
  eccCorrected = 0;
  pcieReplays = 0;
  pid = 0;
  readonly xidCounts = new Map<number, { count: number; atS: number }>();
  readonly #random: Random;

  constructor(settings: GpuSettings, random: Random) {
    this.settings = settings;
    this.#random = random;
    this.powerW = settings.idleW;
    this.temperatureC = settings.idleC;
    this.pid = 2000 + Math.floor(random.next() * 28_000);
  }

  get freeMib(): number {
    return this.settings.totalMib - this.settings.reservedMib - this.usedMib;
  }

  /** `process` is null while no engine runs on the card. */
  step(fromS: number, spanS: number, load: number, process: { readonly startedAtS: number } | null): void {
    const { settings } = this;
    const endS = fromS + spanS;
    const wanted = process === null ? 0 : memoryMib(settings, process.startedAtS, endS);
    const most = settings.totalMib - settings.reservedMib;
    this.usedMib = Math.min(most, Math.round(wanted / GRANULE_MIB) * GRANULE_MIB);
    const noise = this.#random.next();
    this.utilization = load <= 0 ? 0 : Math.min(1, load * (0.95 + 0.1 * noise));
    this.memoryUtilization = this.utilization * 0.45;
    const drawn = settings.idleW + (settings.limitW - settings.idleW) * this.utilization ** 0.7;
    this.powerW = Math.min(settings.limitW, drawn + (process === null ? 0 : 4 * noise));
    const targetC =
      settings.idleC +
      ((settings.loadC - settings.idleC) * (this.powerW - settings.idleW)) / (settings.limitW - settings.idleW);
    this.temperatureC += (targetC - this.temperatureC) * (1 - Math.exp(-spanS / SETTLE_S));
    this.throttleBits = this.#throttle();
    const slowed =
      this.throttleBits & THROTTLE_BITS.sw_thermal_slowdown
        ? 0.7
        : this.throttleBits & THROTTLE_BITS.sw_power_cap
          ? 0.92
          : 1;
    this.smClockMhz =
      this.throttleBits & THROTTLE_BITS.gpu_idle ? 210 : Math.round((settings.smClockMhz * slowed) / 15) * 15;
    this.energyJ += this.powerW * spanS;
    if (settings.hbm && this.#random.next() < spanS * CORRECTED_ECC_PER_S) this.eccCorrected += 1;
    for (const { code, atS } of settings.xids) {
      if (atS < fromS || atS >= endS) continue;
      this.xidCounts.set(code, { count: (this.xidCounts.get(code)?.count ?? 0) + 1, atS });
    }
  }

  #throttle(): number {
    if (this.utilization === 0) return THROTTLE_BITS.gpu_idle;
    let bits = 0;
    if (this.powerW > this.settings.limitW * 0.985) bits |= THROTTLE_BITS.sw_power_cap;
    if (this.temperatureC >= SLOWDOWN_C) bits |= THROTTLE_BITS.sw_thermal_slowdown;
    return bits;
  }
}

/** MiB that the card's processes hold at a time; may be more than the card has, which is an OOM. */
export function memoryMib(settings: GpuSettings, startedAtS: number, nowS: number): number {
  const plan = settings.memory;
  if (plan.kind === 'demand') {
    const now = plan.allocations.filter((allocation) => nowS >= allocation.startS && nowS < allocation.endS);
    return Math.max(plan.contextMib, ...now.map((allocation) => allocation.mib));
  }
  const age = nowS - startedAtS;
  const pooled = plan.utilization * settings.totalMib;
  if (age < START_UP.contextS) return (plan.contextMib * age) / START_UP.contextS;
  const loaded = Math.min(1, (age - START_UP.contextS) / (START_UP.weightsS - START_UP.contextS));
  if (age < START_UP.poolS) return plan.contextMib + plan.weightsMib * loaded;
  const graphs = Math.min(1, (age - START_UP.poolS) / (START_UP.readyS - START_UP.poolS)) * plan.graphsMib;
  return plan.contextMib + pooled + graphs + grownMib(plan.growth, startedAtS, nowS);
}

/** Growth since the process started. */
export function grownMib(growth: Growth, startedAtS: number, nowS: number): number {
  switch (growth.kind) {
    case 'steady':
      return 0;
    case 'leak':
      return (growth.mibPerHour * (nowS - startedAtS)) / 3600;
    case 'leak-per-batch':
      return growth.mib * growth.batchEndsS.filter((endS) => endS > startedAtS && nowS >= endS).length;
    case 'step':
      return nowS >= growth.atS && startedAtS <= growth.atS ? growth.mib : 0;
    case 'saw-tooth':
      return (growth.mib * ((nowS - startedAtS) % growth.periodS)) / growth.periodS;
  }
}
