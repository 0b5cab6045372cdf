import { BatchJobs } from '#lib/simulator/batch-jobs.ts';
import { Engine } from '#lib/simulator/engine.ts';
import { Gpu, START_UP } from '#lib/simulator/gpu.ts';
import { Random, seedOf } from '#lib/simulator/random.ts';
import { covers, type Scenario, type ServerSettings } from '#lib/simulator/scenario.ts';

/** An API server with its engines. Times are virtual seconds since the scenario began. */
export class Server {
  readonly settings: ServerSettings;
  readonly engines: readonly Engine[];
  startedAtS: number;
  /** null while the process does not exist. */
  #failingUntilS: number | null = null;
  #startsAtS: number | null = null;
  #downS = 0;

  constructor(settings: ServerSettings, seed: number, startedAtS: number) {
    this.settings = settings;
    this.startedAtS = startedAtS;
    this.engines = settings.engines.map((engine) => {
      const made = new Engine(engine, new Random(seedOf(seed, engine.name)));
      made.restart(startedAtS);
      return made;
    });
  }

  /** The process exists, though it may still be loading. */
  get alive(): boolean {
    return this.#startsAtS === null;
  }

  /** Whether its port is open: vLLM listens only once the model is loaded. */
  answers(nowS: number): boolean {
    return this.alive && nowS - this.startedAtS >= START_UP.readyS;
  }

  /** Ends the process now; another one starts after `downS`. */
  end(nowS: number, downS: number): void {
    this.#failingUntilS = null;
    this.#startsAtS = nowS + downS;
  }

  /** Fails all requests now and ends a moment later. */
  runOutOfMemory(nowS: number, downS: number): void {
    for (const engine of this.engines) engine.failAll();
    this.#failingUntilS = nowS + LINGER_S;
    this.#downS = downS;
  }

  step(fromS: number, spanS: number): void {
    const endS = fromS + spanS;
    if (this.#failingUntilS !== null && endS >= this.#failingUntilS) this.end(this.#failingUntilS, this.#downS);
    if (this.#startsAtS !== null && endS >= this.#startsAtS) {
      this.startedAtS = this.#startsAtS;
      this.#startsAtS = null;
      for (const engine of this.engines) engine.restart(this.startedAtS);
    }
    if (this.#failingUntilS !== null || !this.answers(fromS)) {
      for (const engine of this.engines) engine.busy = 0;
      return;
    }
    for (const engine of this.engines) engine.step(fromS, spanS);
  }
}

/** How long the page of a server whose engine is dead still answers. */
const LINGER_S = 6;
/** Processes of a fleet are this old when it begins. */
const AGE_S = 1800;

export type FleetOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Width of one step of virtual time. State depends on it, never on when pages are asked for. */
  readonly stepS: number;
  /** Run before time 0 with the load of the first phase, so that nothing starts empty. */
  readonly warmUpS: number;
};

/** All servers and GPUs of a scenario, moved together through virtual time. */
export class Fleet {
  readonly scenario: Scenario;
  readonly servers: ReadonlyMap<string, Server>;
  readonly gpus: ReadonlyMap<string, readonly Gpu[]>;
  readonly batchJobs: BatchJobs | null;
  #stepS: number;
  /** Steps are counted, not added up, so that times stay exact multiples. */
  #originS: number;
  #stepsDone = 0;

  constructor({ scenario, seed, stepS, warmUpS }: FleetOptions) {
    this.scenario = scenario;
    this.#stepS = stepS;
    this.#originS = -Math.ceil(warmUpS / stepS) * stepS;
    const startedAtS = this.#originS - AGE_S;
    this.servers = new Map(scenario.servers.map((server) => [server.name, new Server(server, seed, startedAtS)]));
    this.gpus = new Map(
      scenario.hosts.map((host) => [
        host.name,
        host.gpus.map((gpu) => new Gpu(gpu, new Random(seedOf(seed, gpu.uuid)))),
      ]),
    );
    this.batchJobs = scenario.batchApi === undefined ? null : new BatchJobs(scenario.batchApi);
    this.advance(0);
  }

  /** End of the last whole step. */
  get nowS(): number {
    return this.#originS + this.#stepsDone * this.#stepS;
  }

  advance(toS: number): void {
    while (this.nowS + this.#stepS <= toS + 1e-9) {
      this.#step(this.nowS, this.#stepS);
      this.#stepsDone += 1;
    }
  }

  /** Wider or narrower steps from here on. */
  setStep(stepS: number): void {
    this.#originS = this.nowS;
    this.#stepsDone = 0;
    this.#stepS = stepS;
  }

  #step(fromS: number, spanS: number): void {
    for (const event of this.scenario.events) {
      if (!covers({ startS: event.atS, endS: event.atS + spanS, everyS: event.everyS }, fromS + spanS - 1e-9)) continue;
      const server = this.servers.get(event.server);
      if (event.kind === 'oom') server?.runOutOfMemory(fromS, event.downS);
      else server?.end(fromS, event.downS);
    }
    for (const server of this.servers.values()) server.step(fromS, spanS);
    const batched = this.servers.get(this.batchJobs?.settings.server ?? '');
    if (batched !== undefined) this.batchJobs?.step(fromS + spanS, batched);
    for (const gpus of this.gpus.values()) for (const gpu of gpus) this.#stepGpu(gpu, fromS, spanS);
  }

  #stepGpu(gpu: Gpu, fromS: number, spanS: number): void {
    let load = 0;
    let process: Server | null = null;
    for (const name of gpu.settings.servers) {
      const server = this.servers.get(name);
      if (server === undefined || !server.alive) continue;
      process ??= server;
      for (const engine of server.engines) load = Math.max(load, engine.busy);
    }
    gpu.step(fromS, spanS, load, process);
  }
}
