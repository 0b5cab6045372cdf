import type { EngineFormat } from '#lib/simulator/bounds.ts';
import { A100_40, gpuOf, reserve } from '#lib/simulator/cards.ts';
import type { Load } from '#lib/simulator/load.ts';
import { CODER_14B, engineOf, LLAMA_8B, MISTRAL_7B, QWEN_05B } from '#lib/simulator/models.ts';
import { Random, seedOf } from '#lib/simulator/random.ts';
import type { HostSettings, Scenario, ServerSettings } from '#lib/simulator/scenario.ts';

const GPUS_PER_HOST = 8;
const DAY_S = 86_400;
const FORMATS: readonly EngineFormat[] = ['0.23.0', '0.11.0', '0.10.2', '0.23.0', 'rust'];
const MODELS = [
  { model: LLAMA_8B, rps: 12 },
  { model: QWEN_05B, rps: 120 },
  { model: MISTRAL_7B, rps: 8 },
  { model: CODER_14B, rps: 1.4 },
];

export function seedServerName(index: number): string {
  return `seed-${String(index).padStart(3, '0')}`;
}

/** History for `engines` engines: eight to a host with a GPU each, a day's swing, a burst now and then. */
export function seedScenario(engines: number, seed: number, salt: string): Scenario {
  const random = new Random(seedOf(seed, 'seed-fleet'));
  const servers: ServerSettings[] = [];
  const hosts: HostSettings[] = [];
  for (let index = 0; index < engines; index += 1) {
    const name = seedServerName(index);
    const host = `seed-gpu-${String(Math.floor(index / GPUS_PER_HOST)).padStart(2, '0')}`;
    const format = FORMATS[index % FORMATS.length] ?? '0.23.0';
    const kind = MODELS[index % MODELS.length] ?? { model: LLAMA_8B, rps: 10 };
    const load: Load = {
      kind: 'wave',
      spacing: { kind: 'clumped', shape: 40 },
      baseRps: kind.rps * (0.6 + 0.8 * random.next()),
      swing: 0.2 + 0.3 * random.next(),
      periodS: DAY_S,
      burst: {
        everyS: 3600 + Math.floor(7200 * random.next()),
        offsetS: Math.floor(3600 * random.next()),
        lastsS: 60,
        multiplier: 2.2,
      },
    };
    servers.push({ name, host, format, engines: [engineOf(kind.model, name, format, load)] });
  }
  for (let first = 0; first < engines; first += GPUS_PER_HOST) {
    const here = servers.slice(first, first + GPUS_PER_HOST);
    const name = here[0]?.host ?? '';
    const gpus = here.map((server, index) => {
      const leak = random.next() < 0.1 ? ({ kind: 'leak', mibPerHour: 20 } as const) : ({ kind: 'steady' } as const);
      return gpuOf(A100_40, `${name}/${salt}`, index, [server.name], reserve(0.88, 14_500, leak));
    });
    hosts.push({ name, exporter: 'dcgm', gpus });
  }
  return {
    name: 'seed',
    title: `history of ${engines} engines`,
    servers,
    hosts,
    events: [],
    faults: [],
    lengthS: Number.POSITIVE_INFINITY,
  };
}
