export const USAGE = `headroom: watches GPU inference

  headroom start [--config headroom.yaml] [--port 3000] [--host 127.0.0.1] [--data-dir ./data] [--demo]
      everything: Postgres (unless DATABASE_URL is set), migrations, collector, web
  headroom web [--port 3000] [--host 127.0.0.1]           the pages and the API alone    (needs DATABASE_URL)
  headroom collector [--config headroom.yaml]             polling and storing alone      (needs DATABASE_URL)
  headroom migrate [--rebuild-rollups-from now-7d]        bring the database up to this version
  headroom check-config [--config headroom.yaml]          say what is wrong with a configuration
  headroom export-rules [--format prometheus|headroom] [--profile relative|literal]   the rules as YAML
  headroom simulate [--port 9999] [--scenario steady]     a simulated fleet that speaks the real formats
  headroom play BURST [--target qwen] [--url http://127.0.0.1:3000]   a burst of report 000 comes to an engine of a simulated fleet
  headroom seed --days 7 --engines N                      fill the database with simulated history

Runs of batches and test matrices, told to a Headroom that runs: [--url http://127.0.0.1:3000], HEADROOM_URL, HEADROOM_TOKEN
  headroom run start --name NAME [--kind multi-batch|burst|concurrency|kv-stress|oom|chunked-prefill|fit] [--engine ID]… 
                     [--target NAME]… [--label KEY=VALUE]… [--notes TEXT] [--expect-rps N] [--expect-vram 20GB]     begin a run; prints its id
  headroom run batch RUN [--name NAME] [-- COMMAND ARGS…]      begin the next batch; with a command it ends with it,
                     [--notes TEXT] [--param NAME=VALUE]…      and its exit code is passed on; parameters name a cell
  headroom run batch RUN --end [--total N] [--completed N] [--failed N]   end the batch that runs
  headroom run finish RUN                                      finish the run
  headroom run import FILE… [--run RUN] [--name NAME] [--kind KIND] [--param NAME=VALUE]… [--engine ID]… [--utc-offset +02:00]
                     results of vllm bench serve, GuideLLM or AIPerf as cells of one run; prints its id
  headroom run check RUN [--strict]       each criterion; exit code 1 when one fails, with --strict 2 when one
                                          is not measured, 3 when Headroom could not be asked
  headroom run report RUN [--format md|json|csv]               the report on standard output
  headroom run list                                            the newest runs

Environment: DATABASE_URL, HEADROOM_CONFIG, HEADROOM_DATA_DIR, HEADROOM_BOOTSTRAP_TOKEN, HEADROOM_SECRET_KEY,
HEADROOM_ALLOWED_HOSTS (comma-separated host names, beside loopback, under which the pages may be asked for)
`;

/** Something the person at the terminal did or must do; printed without a stack. */
export class UsageError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
