import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RunImport } from '#lib/api/run-import.ts';
import { BatchView, RunDetail, RunList, RunSummary } from '#lib/api/runs.ts';
import { parseRunOptions, type RunEnv, type RunOptions } from '#lib/cli/run-arguments.ts';
import { checkOf } from '#lib/cli/run-check.ts';
import { createRunClient, type RunClient } from '#lib/cli/run-client.ts';
import { runInForeground } from '#lib/cli/run-command.ts';
import { UsageError } from '#lib/cli/usage.ts';

/** Not that of a criterion that fails: a pipeline must be able to tell the two apart. */
const NOT_ASKED = 3;

function notAsked(error: unknown): never {
  throw error instanceof UsageError ? new UsageError(error.message, NOT_ASKED) : error;
}

type Verb = (client: RunClient, options: RunOptions) => Promise<number>;

const BatchHead = BatchView.pick({ number: true, name: true });

/** `headroom run …` over the HTTP API; gives the exit code. */
export async function runRunCommand(args: readonly string[], env: RunEnv): Promise<number> {
  const options = parseRunOptions(args, env);
  return VERBS[options.verb](createRunClient(options.url, options.token), options);
}

const VERBS: Readonly<Record<RunOptions['verb'], Verb>> = {
  async start(client, options) {
    const { engines, targets, labels, notes, expectRps, expectVramBytes } = options;
    const run = await client.ask(RunSummary, 'POST', '/runs', {
      name: options.name,
      ...(options.kind === null ? {} : { kind: options.kind }),
      labels,
      ...(engines.length === 0 ? {} : { engines }),
      ...(targets.length === 0 ? {} : { targets }),
      ...(notes === null ? {} : { notes }),
      expectation: { requestsPerSecond: expectRps, vramBytes: expectVramBytes },
    });
    say(`run ${run.id} on ${run.engines.map((engine) => engine.name).join(', ')}`);
    out(`${run.id}\n`);
    return 0;
  },
  batch: (client, options) => (options.end ? endBatch(client, options) : beginBatch(client, options)),
  async finish(client, { run }) {
    const done = await client.ask(RunDetail, 'POST', `/runs/${run}/finish`, {});
    say(`run ${done.id} is finished: ${done.headline}`);
    return 0;
  },
  import: importFiles,
  async check(client, { run, strict }) {
    const { text, exitCode } = checkOf(await client.ask(RunDetail, 'GET', `/runs/${run}`).catch(notAsked), strict);
    out(text);
    return exitCode;
  },
  async report(client, { run, format }) {
    out(await client.text(`/runs/${run}/report?format=${format}`));
    return 0;
  },
  async list(client) {
    const { items } = await client.ask(RunList, 'GET', '/runs?limit=50');
    for (const { id, state, startedAtMs, outcome, name, headline } of items)
      out(`${[id, state, new Date(startedAtMs).toISOString(), outcome, name, headline].join('\t')}\n`);
    return 0;
  },
};

/** All files become cells of one run; prints its id. */
async function importFiles(client: RunClient, options: RunOptions): Promise<number> {
  let { run } = options;
  for (const file of options.files) {
    const query = new URLSearchParams({
      ...(run === null ? { name: options.name ?? path.basename(file) } : { run: String(run) }),
      ...(options.kind === null ? {} : { kind: options.kind }),
      ...(options.engines.length === 0 ? {} : { engines: options.engines.join(',') }),
      ...(options.targets.length === 0 ? {} : { targets: options.targets.join(',') }),
      ...(options.utcOffsetMinutes === null ? {} : { utcOffsetMinutes: String(options.utcOffsetMinutes) }),
    });
    const params = Object.entries(options.params).map(([name, value]) => `${name}=${value}`);
    if (params.length > 0) query.set('params', params.join(','));
    const done = await client.sendFile(RunImport, `/runs/import?${query}`, await textOf(file));
    run = done.runId;
    say(`${file}: ${done.recognised}`);
    for (const cell of done.cells) for (const remark of cell.remarks) say(`  ${cell.name}: ${remark}`);
  }
  out(`${run}\n`);
  return 0;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function beginBatch(client: RunClient, { run, name, notes, params, command }: RunOptions): Promise<number> {
  const batch = await client.ask(BatchHead, 'POST', `/runs/${run}/batches`, {
    ...(name === null ? {} : { name }),
    ...(notes === null ? {} : { notes }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  });
  say(`batch ${batch.number} of run ${run}: ${batch.name}`);
  if (command.length === 0) return 0;
  const path = `/runs/${run}/batches/${batch.number}`;
  const { exitCode, problem } = await commandOf(command);
  try {
    const failed =
      exitCode === 0 ? {} : { notes: `${notes ?? ''}\nthe command ended with exit code ${exitCode}`.trim() };
    await client.ask(BatchHead, 'PATCH', path, { end: true, ...failed });
  } catch (error) {
    say(`batch ${batch.number} could not be ended: ${error instanceof Error ? error.message : String(error)}`);
    return exitCode === 0 ? 1 : exitCode;
  }
  if (problem !== null) say(problem);
  return exitCode;
}

const NOT_STARTED = 127;

async function commandOf(command: readonly string[]): Promise<{ exitCode: number; problem: string | null }> {
  try {
    return { exitCode: await runInForeground(command), problem: null };
  } catch (error) {
    if (error instanceof UsageError) return { exitCode: NOT_STARTED, problem: error.message };
    throw error;
  }
}

async function endBatch(client: RunClient, { run, notes, reported }: RunOptions): Promise<number> {
  const { batches } = await client.ask(RunDetail, 'GET', `/runs/${run}`);
  const running = batches.find((batch) => batch.state === 'running');
  if (running === undefined) throw new UsageError(`run ${run} has no batch that runs`);
  await client.ask(BatchHead, 'PATCH', `/runs/${run}/batches/${running.number}`, {
    end: true,
    ...(notes === null ? {} : { notes }),
    ...(Object.keys(reported).length === 0 ? {} : { reported }),
  });
  say(`batch ${running.number} of run ${run} has ended`);
  return 0;
}

const out = (text: string): void => void process.stdout.write(text);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
