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
const FLEET = 4000;
const TICKS = JUDGE_ROUND_MS / JUDGE_TICK_MS;

const { values } = parseArgs({ options: { gpus: { type: 'string', default: '160' } } });
const count = Number(values.gpus);

type Cost = { readonly nodeMs: number; readonly postgresMs: number };
/** One round of an hour of them, of GPUs alone and with their engines; and what a start costs once. */
type Result = { readonly gpus: Cost; readonly both: Cost; readonly start: Cost; readonly verdicts: string };

const fewer = Math.ceil(count / 4);
const small = await measure('usual', fewer);
const usual = await measure('usual', count);
const worst = await measure('worst', count);

const totalOf = ({ nodeMs, postgresMs }: Cost): number => nodeMs + postgresMs;
/** What each GPU adds, and what a portion costs without any: a large fleet comes in as many portions as there are ticks. */
const shareOfCore = (what: 'gpus' | 'both'): number => {
  const each = (totalOf(usual[what]) - totalOf(small[what])) / (count - fewer);
  const atAnyRate = Math.max(0, totalOf(usual[what]) - count * each);
  return (FLEET * each + TICKS * atAnyRate) / JUDGE_ROUND_MS;
};
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const rowOf = (name: string, { nodeMs, postgresMs }: Cost, share: string): (string | number)[] => [
  name,
  nodeMs / count,
  postgresMs / count,
  share,
];
printTable(
  `ms CPU for each of ${count} GPUs in a round of five minutes, an hour of rounds; share of a core for ${FLEET}`,
  [
    ['', 'node', 'Postgres', 'of a core'],
    rowOf('usual fleet, GPUs', usual.gpus, percent(shareOfCore('gpus'))),
    rowOf('usual fleet, GPUs and as many engines', usual.both, percent(shareOfCore('both'))),
    rowOf('worst fleet, GPUs', worst.gpus, ''),
    rowOf('worst fleet, GPUs and as many engines', worst.both, ''),
    rowOf('once after a start, GPUs and engines', usual.start, ''),
  ],
);
printTable('verdicts at the end', [
  ['fleet', ''],
  ['usual', usual.verdicts],
  ['worst', worst.verdicts],
]);
const holds = shareOfCore('gpus') < 0.01;
print(holds ? '\nunder 1 % of a core' : '\nA PROMISE DOES NOT HOLD');
process.exitCode = holds ? 0 : 1;

async function measure(fleet: FleetKind, gpus: number): Promise<Result> {
  const postgres = await startBenchPostgres();
  const options = { connectionString: postgres.url, max: 3, statementTimeoutMs: 600_000, name: 'bench' };
  let isOver = false;
  const pool = createPool(options, (error) => {
    // Postgres may end before the last socket has.
    if (!isOver) throw error;
  });
  const pass = async (judge: MemoryJudge, targetIds: ReadonlySet<number>, clock: { nowMs: number }): Promise<void> => {
    await pool.query("UPDATE rollup_state SET done_until_ms = $1 WHERE name LIKE '%1m'", [clock.nowMs]);
    for (let tick = 0; tick < TICKS; tick += 1) await judge.tick(targetIds);
    clock.nowMs += JUDGE_ROUND_MS;
  };
  const anHour = async (targetIds: ReadonlySet<number>): Promise<{ start: Cost; later: Cost }> => {
    await pool.query('DELETE FROM memory_verdict');
    const clock = { nowMs: SERIES_START_MS + (HOURS - 1) * HOUR_MS };
    const judge = new MemoryJudge(pool, () => clock.nowMs);
    const start = await costDuring(postgres.pid, 1, () => pass(judge, targetIds, clock));
    return { start, later: await costDuring(postgres.pid, ROUNDS, () => pass(judge, targetIds, clock)) };
  };
  try {
    const targets = await seedMinutes(pool, gpus, HOURS, fleet);
    const alone = await anHour(targets.gpu);
    const both = await anHour(new Set([...targets.gpu, ...targets.engine]));
    return { gpus: alone.later, both: both.later, start: both.start, verdicts: await verdictsIn(pool) };
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
