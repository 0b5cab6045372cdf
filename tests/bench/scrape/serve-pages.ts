/** Serves the pages of the bench from a process of its own, whose CPU is nobody's: `node serve-pages.ts COUNT`. */
import { seedScenario } from '#lib/simulator/seed-fleet.ts';
import { startSimulator } from '#lib/simulator/server.ts';

const count = Number(process.argv[2]);
// One format in five is a smaller page; the others are 47 to 55 KB.
const all = seedScenario(Math.ceil(count * 1.25), 1, 'bench');
const servers = all.servers.filter((server) => server.format !== 'rust').slice(0, count);
const scenario = { ...all, servers, hosts: [] };
const simulator = await startSimulator({ port: 0, host: '127.0.0.1', scenario, seed: 1, clock: Date.now });
process.send?.(simulator.paths.map((path) => simulator.url + path));
process.once('disconnect', () => process.exit(0));
