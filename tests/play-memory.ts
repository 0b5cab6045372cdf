import { LayoutStore } from '#lib/db/layouts.ts';
import type { Pool } from '#lib/db/pool.ts';
import { rollUp } from '#lib/db/rollup.ts';
import { PageReader } from '#lib/scrape/page-reader.ts';
import { gpuOf, RTX_3090, reserve } from '#lib/simulator/cards.ts';
import type { Growth } from '#lib/simulator/gpu.ts';
import { engineOf, QWEN_05B } from '#lib/simulator/models.ts';
import type { Scenario, ServerEvent } from '#lib/simulator/scenario.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';
import { type PollStep, pushPolls, SETTINGS } from '#tests/engine-polls.ts';

/** One card with one engine on it. */
export type PlayedCard = { readonly name: string; readonly growth: Growth };

export type PlayedMemory = {
  readonly targetIds: ReadonlySet<number>;
  /** By the card's name. */
  readonly gpuIds: ReadonlyMap<string, number>;
  readonly engineIds: ReadonlyMap<string, number>;
};

type Play = {
  readonly cards: readonly PlayedCard[];
  readonly events?: readonly ServerEvent[];
  readonly startMs: number;
  readonly hours: number;
};

const POLL_S = 20;
const HOUR_S = 3600;

/** Plays hours of memory under a waving load through pages, parser, increments, store and roll-ups. */
export async function playMemory(pool: Pool, play: Play): Promise<PlayedMemory> {
  const { cards, startMs, hours } = play;
  const scenario = scenarioOf(play);
  const fleet = new SimulatedTargets({ scenario, seed: 3, epochMs: startMs, stepS: POLL_S, warmUpS: 0 });
  const pages = [...fleet.byPath.values()].map((page) => ({
    page,
    reader: new PageReader('auto'),
    steps: [] as PollStep[],
  }));
  for (let s = 0; s < hours * HOUR_S; s += POLL_S) {
    fleet.advance(s);
    for (const { page, reader, steps } of pages) {
      const body = fleet.print(page);
      if (body !== null) steps.push({ atMs: startMs + s * 1000, readings: reader.read(body).readings });
    }
  }
  const targetIds = new Set<number>();
  for (const { page, steps } of pages) {
    const name = page.path.replaceAll('/', ' ').trim();
    const index = cards.findIndex((card) => name.includes(card.name));
    const gpus = index < 0 ? [] : [String(index)];
    const settings = { ...SETTINGS, name, source: 'auto' as const, intervalMs: POLL_S * 1000, gpus };
    targetIds.add(await pushPolls(pool, settings, steps));
  }
  const buckets = await new LayoutStore(pool).mostBuckets();
  while ((await rollUp(pool, startMs + hours * HOUR_S * 1000, buckets)).length > 0);
  return { targetIds, ...(await subjectIds(pool, cards, targetIds)) };
}

function scenarioOf({ cards, events, hours }: Play): Scenario {
  const load = { kind: 'wave', spacing: { kind: 'poisson' }, baseRps: 4, swing: 0.2, periodS: HOUR_S } as const;
  const exporter = 'nvidia-gpu-exporter-nvml';
  return {
    name: 'memory',
    title: 'memory of cards',
    servers: cards.map(({ name }) => ({
      name,
      host: 'gpu-01',
      format: '0.23.0' as const,
      engines: [engineOf(QWEN_05B, name, '0.23.0', load)],
    })),
    hosts: [
      {
        name: 'gpu-01',
        exporter,
        gpus: cards.map(({ name, growth }, i) => gpuOf(RTX_3090, 'gpu-01', i, [name], reserve(0.6, 480, growth))),
      },
    ],
    events: [...(events ?? [])],
    faults: [],
    lengthS: hours * HOUR_S,
  };
}

async function subjectIds(
  pool: Pool,
  cards: readonly PlayedCard[],
  targetIds: ReadonlySet<number>,
): Promise<Pick<PlayedMemory, 'gpuIds' | 'engineIds'>> {
  const { rows } = await pool.query<{ id: number; kind: string; index: string | null; target: string }>(
    `SELECT u.id, u.kind, u.attributes->>'index' AS index, t.name AS target
     FROM subject u JOIN target t ON t.id = u.target_id WHERE t.id = ANY($1::int[])`,
    [[...targetIds]],
  );
  const [gpuIds, engineIds] = [new Map<string, number>(), new Map<string, number>()];
  for (const { id, kind, index, target } of rows) {
    const card = cards.find(({ name }, i) => (kind === 'gpu' ? String(i) === index : target.includes(name)));
    if (card !== undefined) (kind === 'gpu' ? gpuIds : engineIds).set(card.name, id);
  }
  return { gpuIds, engineIds };
}
