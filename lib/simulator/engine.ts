import { ENGINE_HISTOGRAMS, type EngineHistogram } from '#lib/metrics/sample.ts';
import { boundsOf, HTTP_S, MODEL_TIME_MS, REQUEST_N } from '#lib/simulator/bounds.ts';
import {
  type EngineSettings,
  heldTokens,
  hitShare,
  type Pace,
  paceOf,
  preemptedShare,
  slotsOf,
} from '#lib/simulator/engine-settings.ts';
import { inFlightAfter } from '#lib/simulator/in-flight.ts';
import { type LoadNow, type PlayedLoad, playedLoadAt } from '#lib/simulator/load.ts';
import type { Random } from '#lib/simulator/random.ts';
import { Tally } from '#lib/simulator/tally.ts';

/** Everything that only grows while the process lives. */
const COUNTERS = [
  'arrived',
  'promptTokens',
  'generationTokens',
  'preemptions',
  'prefixQueries',
  'prefixHits',
  'finishedStop',
  'finishedLength',
  'finishedAbort',
  'finishedError',
  'http2xx',
  'http4xx',
  'http5xx',
] as const;
type Counter = (typeof COUNTERS)[number];

/** Individual requests drawn per step; the others are counted with the values of one of these. */
const MOST_DRAWS = 8;
const MOST_STARTS_DRAWN = 4;

/**
 * One vLLM engine as a queue in virtual time. It is an aggregate model, not an event per request: a step moves whole
 * numbers of requests by the closed form of `in-flight.ts`, and draws a few of those that finished for the histograms.
 * That is cheap enough to seed weeks of history, and conservation holds exactly: arrived = finished + running + waiting.
 */
export class Engine {
  readonly settings: EngineSettings;
  readonly counters: Record<Counter, number>;
  readonly tallies: Record<EngineHistogram, Tally>;
  readonly modelTimeMs = new Tally(MODEL_TIME_MS);
  readonly requestN = new Tally(REQUEST_N);
  readonly httpS = new Tally(HTTP_S);
  readonly maxTokens: Tally;
  readonly computedTokens: Tally;
  waiting = 0;
  running = 0;
  usedBlocks = 0;
  /** Share of the last step in which the engine computed, scaled by how full its batch was. */
  busy = 0;
  promptTokensPerS = 0;
  generationTokensPerS = 0;
  /** Virtual time at which this process started. */
  startedAtS = 0;
  readonly #random: Random;
  readonly #slots: number;
  #started = 0;
  #pendingPrompt = 0;
  #pendingOutput = 0;
  #arrivalCarry = 0;
  /** The part of a request by which the whole number in flight differs from the closed form. */
  #fraction = 0;
  #preemptionCarry = 0;
  #played: PlayedLoad | null = null;

  constructor(settings: EngineSettings, random: Random) {
    this.settings = settings;
    this.#random = random;
    this.#slots = slotsOf(settings);
    this.counters = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<Counter, number>;
    const bounds = boundsOf(settings.format, settings.maxModelTokens);
    this.tallies = Object.fromEntries(ENGINE_HISTOGRAMS.map((name) => [name, new Tally(bounds[name])])) as Record<
      EngineHistogram,
      Tally
    >;
    this.maxTokens = new Tally(bounds.request_prompt_tokens);
    this.computedTokens = new Tally(bounds.request_prompt_tokens);
  }

  get finished(): number {
    const { finishedStop, finishedLength, finishedAbort, finishedError } = this.counters;
    return finishedStop + finishedLength + finishedAbort + finishedError;
  }

  /** Counts begin at zero while the load goes on: what was counted before anybody could read it. */
  forgetCounts(): void {
    for (const name of COUNTERS) this.counters[name] = 0;
    for (const name of ENGINE_HISTOGRAMS) this.tallies[name].clear();
    for (const tally of [this.modelTimeMs, this.requestN, this.httpS, this.maxTokens, this.computedTokens])
      tally.clear();
    this.counters.arrived = this.waiting + this.running;
    this.#started = this.running;
  }

  /** Lets its own load come in multiples for a while. */
  play(load: PlayedLoad): void {
    this.#played = load;
  }

  /** A new process: everything that lived in memory begins at zero. */
  restart(atS: number): void {
    this.startedAtS = atS;
    this.waiting = 0;
    this.running = 0;
    this.usedBlocks = 0;
    this.busy = 0;
    this.forgetCounts();
    this.#pendingPrompt = 0;
    this.#pendingOutput = 0;
    this.#arrivalCarry = 0;
    this.#fraction = 0;
    this.#preemptionCarry = 0;
  }

  /** What running out of GPU memory does: every request in flight ends with an error. */
  failAll(): void {
    const failed = this.waiting + this.running;
    this.counters.finishedError += failed;
    this.counters.http5xx += failed;
    for (const name of ['e2e_s', 'queue_s', 'prefill_s', 'decode_s', 'inference_s'] as const)
      this.tallies[name].add(0, failed);
    for (const name of ['request_prompt_tokens', 'request_generation_tokens'] as const)
      this.tallies[name].add(0, failed);
    this.waiting = 0;
    this.running = 0;
    this.usedBlocks = 0;
    this.busy = 0;
    this.#pendingPrompt = 0;
    this.#pendingOutput = 0;
  }

  /** Moves the engine over one span of virtual time. */
  step(fromS: number, spanS: number): void {
    const load = playedLoadAt(this.settings.load, this.#played, fromS + spanS / 2);
    const before = this.waiting + this.running;
    const preempted = preemptedShare(this.settings, Math.max(before, load.clients));
    const { arrivals, completions, pace } = this.#flow(load, before, preempted, spanS);
    const inFlight = before + arrivals - completions;
    const runningBefore = this.running;
    this.counters.arrived += arrivals;
    this.counters.http4xx += arrivals > 0 ? this.#random.round(arrivals * 0.0005) : 0;
    this.running = Math.min(inFlight, this.#slots);
    this.waiting = inFlight - this.running;
    const flowRps = completions / spanS;
    const waitS = this.waiting === 0 ? 0 : this.waiting / Math.max(flowRps, this.#slots / pace.serviceS);
    const hit = hitShare(this.settings, preempted);
    this.#countPreemptions(completions, preempted);
    const finished = this.#finish(completions, pace, waitS, hit);
    this.#countTokens(finished, { spanS, pace, waitS, hit, running: (runningBefore + this.running) / 2 });
    this.#holdBlocks(preempted);
  }

  #flow(
    load: LoadNow,
    before: number,
    preempted: number,
    spanS: number,
  ): { arrivals: number; completions: number; pace: Pace } {
    if (load.clients > 0) {
      const working = Math.min(load.clients, this.#slots);
      const pace = paceOf(this.settings, working, preempted, load.speed);
      const completions = Math.min(before, this.#random.round((Math.min(before, working) / pace.serviceS) * spanS));
      return { arrivals: Math.max(0, load.clients - before + completions), completions, pace };
    }
    const arrivals = this.#arrivals(load.rps * spanS);
    const rps = arrivals / spanS;
    const pace = paceOf(this.settings, this.#likelyRunning(rps, preempted, load.speed), preempted, load.speed);
    const from = Math.max(0, before + this.#fraction);
    const after = inFlightAfter({ inFlight: from, rps, slots: this.#slots, serviceS: pace.serviceS }, spanS);
    const completions = Math.max(0, before + arrivals - Math.max(0, Math.round(after)));
    this.#fraction = Math.max(-0.5, Math.min(0.5, after - (before + arrivals - completions)));
    return { arrivals, completions, pace };
  }

  #arrivals(mean: number): number {
    const { spacing } = this.settings.load;
    if (spacing.kind === 'poisson') return this.#random.poisson(mean);
    if (spacing.kind === 'clumped') return this.#random.clumped(mean, spacing.shape);
    this.#arrivalCarry += mean;
    const whole = Math.floor(this.#arrivalCarry + 1e-9);
    this.#arrivalCarry -= whole;
    return whole;
  }

  /** A fuller batch makes longer steps, which fill the batch further: running = rps × service time, solved for running. */
  #likelyRunning(rps: number, preempted: number, speed: number): number {
    const empty = paceOf(this.settings, 0, preempted, speed).serviceS;
    const perRequest = paceOf(this.settings, 1, preempted, speed).serviceS - empty;
    const settled = rps * perRequest < 1 ? (rps * empty) / (1 - rps * perRequest) : this.#slots;
    return Math.min(this.#slots, Math.max(settled, this.running));
  }

  #countPreemptions(completions: number, preempted: number): void {
    this.#preemptionCarry += completions * preempted;
    const whole = Math.floor(this.#preemptionCarry);
    this.#preemptionCarry -= whole;
    this.counters.preemptions += whole;
  }

  /** Counts requests that ended; returns their tokens. */
  #finish(completions: number, pace: Pace, waitS: number, hit: number): { prompt: number; output: number } {
    if (completions === 0) return { prompt: 0, output: 0 };
    const { counters, tallies, settings } = this;
    const random = this.#random;
    const aborted = random.round(completions * settings.abortShare);
    const cut = Math.min(completions - aborted, random.round(completions * settings.lengthShare));
    counters.finishedAbort += aborted;
    counters.finishedLength += cut;
    counters.finishedStop += completions - aborted - cut;
    counters.http2xx += completions - aborted;
    this.requestN.add(1, completions);
    const draws = Math.min(completions, MOST_DRAWS);
    const each = Math.floor(completions / draws);
    let promptSum = 0;
    let outputSum = 0;
    for (let i = 0; i < draws; i += 1) {
      const weight = i < completions - each * draws ? each + 1 : each;
      const prompt = this.#length(settings.prompt, settings.maxModelTokens - 1);
      const output = this.#length(settings.output, settings.maxModelTokens - prompt);
      const queueS = waitS * (0.7 + 0.6 * random.next());
      const prefillS = (pace.prefillS - pace.stepS) * (prompt / settings.prompt.mean) + pace.stepS;
      const perTokenS = random.lognormal(pace.stepS, 0.08);
      const decodeS = (output - 1) * perTokenS;
      tallies.queue_s.add(queueS, weight);
      tallies.prefill_s.add(prefillS, weight);
      tallies.decode_s.add(decodeS, weight);
      tallies.inference_s.add(prefillS + decodeS, weight);
      tallies.e2e_s.add(queueS + prefillS + decodeS, weight);
      tallies.tpot_s.add(perTokenS, weight);
      this.httpS.add(queueS + prefillS + decodeS, weight);
      tallies.request_prompt_tokens.add(prompt, weight);
      tallies.request_generation_tokens.add(output, weight);
      this.maxTokens.add(output, weight);
      this.computedTokens.add(prompt - this.#wholeBlocks(prompt * hit), weight);
      this.modelTimeMs.add((prefillS + decodeS) * 1000, weight);
      promptSum += prompt * weight;
      outputSum += output * weight;
    }
    return { prompt: promptSum, output: outputSum };
  }

  /**
   * Token counters move while requests run, not when they end: what is in flight is kept at its expected amount, so that
   * the counters are smooth and still end up at the sum over all requests.
   */
  #countTokens(
    finished: { prompt: number; output: number },
    now: { spanS: number; pace: Pace; waitS: number; hit: number; running: number },
  ): void {
    const { counters, tallies, settings } = this;
    const random = this.#random;
    const prompt = Math.max(0, finished.prompt + Math.round(this.running * settings.prompt.mean) - this.#pendingPrompt);
    this.#pendingPrompt += prompt - finished.prompt;
    const output = Math.max(
      0,
      finished.output + Math.round((this.running * settings.output.mean) / 2) - this.#pendingOutput,
    );
    this.#pendingOutput += output - finished.output;
    counters.promptTokens += prompt;
    counters.generationTokens += output;
    this.promptTokensPerS = prompt / now.spanS;
    this.generationTokensPerS = output / now.spanS;
    let hits = 0;
    if (settings.prefixHit !== null) {
      hits = Math.min(prompt, this.#wholeBlocks(prompt * Math.min(1, now.hit * (0.97 + 0.06 * random.next()))));
      counters.prefixQueries += prompt;
      counters.prefixHits += hits;
    }
    const starts = Math.max(0, this.finished + this.running - this.#started);
    this.#started += starts;
    this.#countStarts(starts, now.pace, now.waitS);
    const gaps = Math.max(0, output - starts);
    const slow = Math.floor(gaps * 0.04);
    const disturbed = Math.floor(gaps * 0.16);
    tallies.itl_s.add(now.pace.stepS * (2.5 + random.next()), slow);
    tallies.itl_s.add(now.pace.stepS * (1.2 + 0.4 * random.next()), disturbed);
    tallies.itl_s.add(now.pace.stepS * (0.85 + 0.1 * random.next()), gaps - slow - disturbed);
    this.#countSteps({ starts, computed: prompt - hits, output, ...now });
  }

  #countStarts(starts: number, pace: Pace, waitS: number): void {
    const draws = Math.min(starts, MOST_STARTS_DRAWN);
    for (let i = 0; i < draws; i += 1) {
      const each = Math.floor(starts / draws);
      const weight = i < starts - each * draws ? each + 1 : each;
      this.tallies.ttft_s.add(
        waitS * (0.7 + 0.6 * this.#random.next()) + this.#random.lognormal(pace.prefillS, 0.45),
        weight,
      );
    }
  }

  #countSteps(done: {
    starts: number;
    computed: number;
    output: number;
    spanS: number;
    pace: Pace;
    running: number;
  }): void {
    const occupied = done.running === 0 && done.starts === 0 ? 0 : 1 - Math.exp(-Math.max(done.running, 0.3) * 1.5);
    this.busy = occupied * (0.5 + 0.5 * Math.min(1, done.running / this.#slots));
    const steps = this.#random.round((occupied * done.spanS) / done.pace.stepS);
    if (steps === 0) return;
    const withPrompt = Math.min(steps, done.starts);
    const perStep = done.output / steps;
    this.tallies.iteration_tokens.add(Math.max(1, Math.round(perStep)), steps - withPrompt);
    if (withPrompt > 0) this.tallies.iteration_tokens.add(Math.round(done.computed / withPrompt + perStep), withPrompt);
  }

  #holdBlocks(preempted: number): void {
    const { kvBlocks, blockTokens } = this.settings;
    const held = (this.running * heldTokens(this.settings)) / blockTokens;
    const full = preempted > 0 && this.waiting > 0;
    // A full cache still has a few blocks free while a preempted request waits to come back.
    const blocks = full ? kvBlocks * (1 - 0.004 * this.#random.next()) : held * (0.98 + 0.04 * this.#random.next());
    this.usedBlocks = Math.min(kvBlocks, Math.round(blocks));
  }

  #length(lengths: { readonly mean: number; readonly sigma: number }, most: number): number {
    return Math.max(1, Math.min(most, Math.round(this.#random.lognormal(lengths.mean, lengths.sigma))));
  }

  #wholeBlocks(tokens: number): number {
    return Math.floor(tokens / this.settings.blockTokens) * this.settings.blockTokens;
  }
}
