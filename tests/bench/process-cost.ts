import { readdirSync, readFileSync } from 'node:fs';

/** CPU and memory of a process with all its descendants, from /proc (Linux only). */
export type ProcessCost = {
  /** User and system time since the start, with that of descendants that have ended. */
  readonly cpuMs: number;
  /** Resident set of the process itself. */
  readonly rssMb: number;
  /** Proportional set of all of them, so that pages that Postgres processes share count once. */
  readonly pssMb: number;
};

/** /proc counts in hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;

export function costOf(pid: number): ProcessCost {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)));
  const family = [pid];
  for (const member of family) family.push(...stats.filter((stat) => stat.parent === member).map((stat) => stat.pid));
  const members = stats.filter((stat) => family.includes(stat.pid));
  if (members.length === 0) throw new Error(`process ${pid} does not run`);
  return {
    cpuMs: members.reduce((sum, stat) => sum + stat.ticks, 0) * TICK_MS,
    rssMb: memoryKb(pid, 'Rss') / 1024,
    pssMb: members.reduce((sum, stat) => sum + memoryKb(stat.pid, 'Pss'), 0) / 1024,
  };
}

type Stat = { readonly pid: number; readonly parent: number; readonly ticks: number };

/** Empty for a process that ended in between. Fields after the name, which may hold blanks: state, ppid, … utime is the 12th. */
function readStat(pid: number): Stat[] {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === '') return [];
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  return [{ pid, parent: number(1), ticks: number(11) + number(12) + number(13) + number(14) }];
}

function memoryKb(pid: number, kind: 'Rss' | 'Pss'): number {
  const line = readIfThere(`/proc/${pid}/smaps_rollup`)
    .split('\n')
    .find((text) => text.startsWith(`${kind}:`));
  return Number(line?.split(/\s+/)[1] ?? 0);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
