import type { Server } from '#lib/simulator/fleet.ts';
import { pythonNumber } from '#lib/simulator/print/numbers.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';

/** What a page says about its own process and clock. */
export type PageTime = {
  /** Unix time of virtual second 0. */
  readonly epochS: number;
  nowS: number;
};

const GC_FAMILIES = [
  ['python_gc_objects_collected_total', 'Objects collected during gc', [4812, 911, 73]],
  ['python_gc_objects_uncollectable_total', 'Uncollectable objects found during GC', [0, 0, 0]],
  ['python_gc_collections_total', 'Number of times this generation was collected', [1290, 117, 10]],
] as const;

/** The families that client_python registers by itself, in its order. */
export function addPythonProcess(page: PageLayout, server: Server, time: PageTime): void {
  for (const [name, help, values] of GC_FAMILIES) {
    page.family(name, 'counter', help);
    values.forEach((value, generation) => {
      page.sample(name, [['generation', String(generation)]], pythonNumber, () => value);
    });
  }
  page.family('python_info', 'gauge', 'Python platform information');
  page.fixed('python_info{implementation="CPython",major="3",minor="12",patchlevel="11",version="3.12.11"} 1.0\n');
  const gauge = (name: string, help: string, value: () => number, type = 'gauge'): void => {
    page.family(name, type, help);
    page.sample(name, [], pythonNumber, value);
  };
  const ageS = (): number => time.nowS - server.startedAtS;
  gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => 41_875_931_136);
  gauge(
    'process_resident_memory_bytes',
    'Resident memory size in bytes.',
    () => 4096 * (851_968 + Math.floor(Math.min(ageS(), 3600) / 4)),
  );
  gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', () =>
    processStartS(server, time),
  );
  gauge(
    'process_cpu_seconds_total',
    'Total user and system CPU time spent in seconds.',
    () => Math.round(ageS() * 37) / 100,
    'counter',
  );
  gauge('process_open_fds', 'Number of open file descriptors.', () => 94);
  gauge('process_max_fds', 'Maximum number of open file descriptors.', () => 65_535);
}

/** Printed with 10 ms. */
export function processStartS(server: Server, time: PageTime): number {
  return Math.round((time.epochS + server.startedAtS) * 100) / 100;
}
