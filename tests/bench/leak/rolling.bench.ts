/**
 * Run by hand: `npm run bench:rolling -- [--gpus 160]`. What the rolling leak verdicts cost: a day of minutes of made-up
 * memory in Postgres, of as many GPUs and engines on them, then an hour of rounds as the collector makes them. Counted
 * is the CPU time of this process and of Postgres, reads and writes included. Two sizes tell what a round costs at any
 * rate from what each GPU costs. Exits with 1 when 4 000 GPUs of a usual fleet would take 1 % of a core or more.
 */
import { parseArgs } from 'node:util';
import { JUDGE_ROUND_MS, JUDGE_TICK_MS, MemoryJudge } from '#lib/collector/memory-judge.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { costOf } from '#tests/bench/process-cost.ts';
import { print, printTable } from '#tests/bench/table.ts';
import { HOUR_MS, SERIES_START_MS } from './memory-series.ts';
import { type FleetKind, seedMinutes } from './rolling-history.ts';

const HOURS = 25;
const ROUNDS = 12;
const MOST_FIRST_ROUNDS = 10;
const FLEET = 4000;

const { values } = parseArgs({ options: { gpus: { type: 'string', default: '160' } } });
const count = Number(values.gpus);

type Cost = { readonly nodeMs: number; readonly postgresMs: number };
type Result = { readonly first: Cost; readonly later: Cost; readonly verdicts: string };

const small = await measure('usual', Math.ceil(count / 4));
const usual = await measure('usual', count);
const worst = await measure('worst', count);

/** What each GPU adds, and what a portion costs without any: a large fleet comes in as many portions as there are ticks. */
const ofEach = (part: keyof Cost): number => (usual.later[part] - small.later[part]) / (count - Math.ceil(count / 4));
const atAnyRate = (part: keyof Cost): number => Math.max(0, usual.later[part] - count * ofEach(part));
const TICKS = JUDGE_ROUND_MS / JUDGE_TICK_MS;
const fleetMs = (['nodeMs', 'postgresMs'] as const).reduce(
  (sum, part) => sum + FLEET * ofEach(part) + TICKS * atAnyRate(part),
  0,
);
const shareOfCore = fleetMs / JUDGE_ROUND_MS;
const rowOf = (name: string, { nodeMs, postgresMs }: Cost): (string | number)[] => [name, nodeMs, postgresMs];
const perGpu = ({ nodeMs, postgresMs }: Cost): Cost => ({ nodeMs: nodeMs / count, postgresMs: postgresMs / count });
printTable(
  `ms CPU a round of five minutes, an hour of rounds; each GPU has an engine that is judged too (${count} GPUs)`,
  [
    ['', 'node', 'Postgres'],
    rowOf('usual fleet, each GPU more', { nodeMs: ofEach('nodeMs'), postgresMs: ofEach('postgresMs') }),
    rowOf('usual fleet, at any rate', { nodeMs: atAnyRate('nodeMs'), postgresMs: atAnyRate('postgresMs') }),
    rowOf('usual fleet, a GPU, all in all', perGpu(usual.later)),
    rowOf('worst fleet, a GPU, all in all', perGpu(worst.later)),
    rowOf('once after a start, a GPU, usual', perGpu(usual.first)),
    rowOf('once after a start, a GPU, worst', perGpu(worst.first)),
  ],
);
printTable('verdicts at the end', [
  ['fleet', ''],
  ['usual', usual.verdicts],
  ['worst', worst.verdicts],
]);
print(
  `\n${FLEET} GPUs and engines of a usual fleet: ${(100 * shareOfCore).toFixed(2)} % of one core (promised: under 1 %)`,
);
process.exitCode = shareOfCore < 0.01 ? 0 : 1;

async function measure(fleet: FleetKind, gpus: number): Promise<Result> {
  const postgres = await startBenchPostgres();
  const options = { connectionString: postgres.url, max: 3, statementTimeoutMs: 600_000, name: 'bench' };
  let isOver = false;
  const pool = createPool(options, (error) => {
    // Postgres may end before the last socket has.
    if (!isOver) throw error;
  });
  try {
    const targetIds = await seedMinutes(pool, gpus, HOURS, fleet);
    let nowMs = SERIES_START_MS + (HOURS - 1) * HOUR_MS;
    const judge = new MemoryJudge(pool, () => nowMs);
    const pass = async (): Promise<void> => {
      await pool.query("UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE '%1m'", [nowMs]);
      for (let tick = 0; tick < JUDGE_ROUND_MS / JUDGE_TICK_MS; tick += 1) await judge.tick(targetIds);
      nowMs += JUDGE_ROUND_MS;
    };
    const newest = async (): Promise<number> => {
      const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM memory_verdict');
      return rows[0]?.n ?? 0;
    };
    let firstRounds = 0;
    const first = await costDuring(postgres.pid, 1, async () => {
      // What a start leaves for later rounds belongs to the first.
      while ((await newest()) < 2 * gpus && firstRounds < MOST_FIRST_ROUNDS) {
        await pass();
        firstRounds += 1;
      }
    });
    const later = await costDuring(postgres.pid, ROUNDS, pass);
    return { first, later, verdicts: await verdictsIn(pool) };
  } finally {
    isOver = true;
    await pool.end();
    await postgres.stop();
  }
}

/** CPU time of one of `rounds` rounds. Reading /proc is not part of it. */
async function costDuring(postgresPid: number, rounds: number, round: () => Promise<void>): Promise<Cost> {
  const postgresBefore = costOf(postgresPid).cpuMs;
  const nodeBefore = process.cpuUsage();
  for (let i = 0; i < rounds; i += 1) await round();
  const { user, system } = process.cpuUsage(nodeBefore);
  return {
    nodeMs: (user + system) / 1000 / rounds,
    postgresMs: (costOf(postgresPid).cpuMs - postgresBefore) / rounds,
  };
}

async function verdictsIn(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ kind: string; verdict: string; n: number }>(
    `SELECT s.kind, v.verdict, count(*)::int AS n FROM memory_verdict v JOIN subject s ON s.id = v.subject_id
     GROUP BY 1, 2 ORDER BY 1, 3 DESC`,
  );
  return rows.map(({ kind, verdict, n }) => `${kind} ${verdict} ${n}`).join(', ');
}
