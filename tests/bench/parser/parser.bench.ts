/** Run by hand: `node tests/bench/parser/parser.bench.ts [page]`. MB/s of a first parse and of a re-poll, against a floor. */
import { existsSync, readFileSync } from 'node:fs';
import { parseExposition } from '#lib/scrape/exposition.ts';
import { planPage } from '#lib/scrape/sources/registry.ts';

const limits = { maxSeries: 50_000, maxLabelValueLength: 1024 };
const file = process.argv[2];
const text = file !== undefined && existsSync(file) ? readFileSync(file, 'latin1') : madeUpPage();

const first = parseExposition(text, limits);
const plan = planPage(first.page.shape, 'auto');
// Two texts that differ in every value, so that no cache of one string can flatter the result.
const changed = text.replace(
  /^([^#\n].* )(\d+)\.0$/gm,
  (_, head: string, value: string) => `${head}${Number(value) + 7}.0`,
);
const polls = [text, changed];

print(
  `page ${(text.length / 1024).toFixed(1)} KiB, ${first.page.shape.series.length} series, ${plan.storedSeries} stored`,
);
report('floor: text.split("\\n")', (i) => (polls[i & 1] ?? '').split('\n').length);
report('first parse', (i) => parseExposition(polls[i & 1] ?? '', limits).page.values.length);
report('re-poll, values changed', (i) => parseExposition(polls[i & 1] ?? '', limits, first.memory).page.values.length);
report(
  're-poll + read(page)',
  (i) => plan.read(parseExposition(polls[i & 1] ?? '', limits, first.memory).page).readings.length,
);
report('read(page) alone', () => plan.read(first.page).readings.length);
report('plan of a new shape', () => planPage(first.page.shape, 'auto').storedSeries);

function report(name: string, run: (round: number) => number): void {
  let sink = 0;
  for (let i = 0; i < 300; i += 1) sink += run(i);
  let best = Number.POSITIVE_INFINITY;
  const rounds = 200;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const start = performance.now();
    for (let i = 0; i < rounds; i += 1) sink += run(i);
    best = Math.min(best, (performance.now() - start) / rounds);
  }
  const speed = text.length / 1e6 / (best / 1000);
  print(
    `${name.padEnd(28)} ${(best * 1000).toFixed(1).padStart(8)} us/page ${speed.toFixed(0).padStart(7)} MB/s${sink < 0 ? ' ' : ''}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A page with the shape of one V1 engine, for when no captured page is given. */
function madeUpPage(): string {
  const labels = 'engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"';
  const lines: string[] = [];
  for (const name of ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc']) {
    lines.push(
      `# HELP vllm:${name} A gauge of the engine.`,
      `# TYPE vllm:${name} gauge`,
      `vllm:${name}{${labels}} 0.25`,
    );
  }
  for (const name of [
    'prompt_tokens',
    'generation_tokens',
    'num_preemptions',
    'prefix_cache_queries',
    'prefix_cache_hits',
  ]) {
    lines.push(`# HELP vllm:${name}_total A counter of the engine.`, `# TYPE vllm:${name}_total counter`);
    lines.push(`vllm:${name}_total{${labels}} 123456.0`);
  }
  const histograms = ['time_to_first_token_seconds', 'inter_token_latency_seconds', 'e2e_request_latency_seconds'];
  for (const name of [
    ...histograms,
    'request_queue_time_seconds',
    'request_prefill_time_seconds',
    'request_decode_time_seconds',
  ]) {
    lines.push(`# HELP vllm:${name} A histogram of the engine.`, `# TYPE vllm:${name} histogram`);
    for (let bound = 1; bound <= 40; bound += 1)
      lines.push(`vllm:${name}_bucket{engine="0",le="${bound / 10}",model_name="m"} ${bound * 12}.0`);
    lines.push(`vllm:${name}_bucket{engine="0",le="+Inf",model_name="m"} 480.0`);
    lines.push(`vllm:${name}_count{${labels}} 480.0`, `vllm:${name}_sum{${labels}} 28.017912432337887`);
  }
  return `${lines.join('\n')}\n`;
}
