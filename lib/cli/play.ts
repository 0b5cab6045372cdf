import { parseArgs } from 'node:util';
import { TargetList } from '#lib/api/targets.ts';
import { type RunEnv, urlOf } from '#lib/cli/run-arguments.ts';
import { createRunClient } from '#lib/cli/run-client.ts';
import { UsageError } from '#lib/cli/usage.ts';
import { BURST_CASES } from '#lib/simulator/scenarios-burst.ts';

const BURSTS = BURST_CASES.map(({ id }) => id).join(', ');
const TIMEOUT_MS = 10_000;

/** `headroom play BURST --target NAME`: one of report 000's bursts comes to an engine of a simulated fleet. Throws UsageError. */
export async function runPlay(args: readonly string[], env: RunEnv): Promise<void> {
  const { burst, name, url } = parsePlay(args, env);
  const { items } = await createRunClient(url, env.HEADROOM_TOKEN ?? null).ask(TargetList, 'GET', '/targets');
  const target = items.find((each) => each.name === name);
  if (target === undefined) {
    throw new UsageError(
      `play: ${url} polls no target "${name}"; it polls ${items.map((each) => each.name).join(', ')}`,
    );
  }
  if (target.url === null) throw new UsageError(`play: target "${name}" has no address`);
  const page = new URL(target.url);
  const response = await fetch(new URL('/control', page), {
    method: 'POST',
    body: JSON.stringify({ path: page.pathname, play: burst }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new UsageError(`play: ${page.origin} does not answer: ${String(error)}`);
  });
  if (!response.ok) {
    const said = (await response.text()).slice(0, 200).trim();
    throw new UsageError(
      `play: "${name}" is no engine of a simulated fleet (${page.origin}: ${response.status} ${said})`,
    );
  }
  process.stdout.write(`${burst} comes to ${name} now: ${url}/bursts\n`);
}

function parsePlay(args: readonly string[], env: RunEnv): { burst: string; name: string; url: string } {
  const { values, positionals } = parsed(args);
  const burst = BURST_CASES.find(({ id }) => id === positionals[0])?.id;
  if (burst === undefined || positionals.length !== 1)
    throw new UsageError(`play: expected one of ${BURSTS}, not "${positionals.join(' ')}"`);
  return {
    burst,
    name: values.target ?? 'qwen',
    url: urlOf(values.url ?? env.HEADROOM_URL ?? 'http://127.0.0.1:3000'),
  };
}

function parsed(args: readonly string[]) {
  try {
    const options = { target: { type: 'string' }, url: { type: 'string' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
