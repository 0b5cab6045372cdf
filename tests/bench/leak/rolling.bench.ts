/**
 * Run by hand: `npm run bench:rolling -- [--gpus 200]`. What the rolling leak verdicts cost: a day of minutes of made-up
 * memory in Postgres, of as many GPUs and engines on them, then an hour of rounds as the collector makes them. Counted
 * is the CPU time of this process and of Postgres, reads and writes included. Exits with 1 when 4 000 GPUs of a usual
 * fleet would take 1 % of a core or more.
 */
import { parseArgs } from 'node:util';
import { JUDGE_ROUND_MS, JUDGE_TICK_MS, MemoryJudge } from '#lib/collector/memory-judge.ts';
import { createPool, type Pool } from '#lib/db/pool.ts';
import { startBenchPostgres } from '#tests/bench/bench-postgres.ts';
import { costOf } from '#tests/bench/process-cost.ts';
import { printTable } from '#tests/bench/table.ts';
import { HOUR_MS, SERIES_START_MS } from './memory-series.ts';
import { type FleetKind, seedMinutes } from './rolling-history.ts';

const HOURS = 25;
const ROUNDS = 12;
const MOST_FIRST_ROUNDS = 10;
const FLEET = 4000;

const { values } = parseArgs({ options: { gpus: { type: 'string', default: '200' } } });
const count = Number(values.gpus);

type Cost = { readonly nodeMs: number; readonly postgresMs: number };
type Result = { readonly first: Cost; readonly later: Cost; readonly verdicts: string };

const usual = await measure('usual');
const worst = await measure('worst');
const share = ({ nodeMs, postgresMs }: Cost): number => (((nodeMs + postgresMs) / count) * FLEET) / JUDGE_ROUND_MS;
const percent = (cost: Cost): string => `${(100 * share(cost)).toFixed(2)} %`;
const rowOf = (name: string, cost: Cost): (string | number)[] => [
  name,
  cost.nodeMs / count,
  cost.postgresMs / count,
  percent(cost),
];
printTable(
  `a round of five minutes: ms CPU for a GPU and its engine (measured on ${count}), share of one core for ${FLEET}`,
  [
    ['fleet', 'node', 'Postgres', 'of a core'],
    rowOf('usual, an hour of rounds', usual.later),
    rowOf('usual, once after a start', usual.first),
    rowOf('worst, an hour of rounds', worst.later),
    rowOf('worst, once after a start', worst.first),
  ],
);
printTable('verdicts at the end', [
  ['fleet', ''],
  ['usual', usual.verdicts],
  ['worst', worst.verdicts],
]);
process.exitCode = share(usual.later) < 0.01 ? 0 : 1;

async function measure(fleet: FleetKind): Promise<Result> {
  const postgres = await startBenchPostgres();
  const options = { connectionString: postgres.url, max: 3, statementTimeoutMs: 600_000, name: 'bench' };
  let isOver = false;
  const pool = createPool(options, (error) => {
    // Postgres may end before the last socket has.
    if (!isOver) throw error;
  });
  try {
    const targetIds = await seedMinutes(pool, count, HOURS, fleet);
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
      while ((await newest()) < 2 * count && firstRounds < MOST_FIRST_ROUNDS) {
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
