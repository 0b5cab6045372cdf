import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { closePort, FAULT_ANSWERS } from '#lib/simulator/fault-answers.ts';
import { FAULTS, type Fault, isBatchFault, type Scenario } from '#lib/simulator/scenario.ts';
import { BURST_CASES } from '#lib/simulator/scenarios-burst.ts';
import { SimulatedTargets } from '#lib/simulator/targets.ts';

export type SimulatorOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Virtual seconds per real second; 1 when left out. */
  readonly speed?: number;
};

export type Simulator = {
  readonly url: string;
  readonly paths: readonly string[];
  setFault(path: string, fault: Fault): boolean;
  close(): Promise<void>;
};

/** Short beside a poll of one second: a poll that sees one step more or less must not look like other traffic. */
const STEP_S = 0.1;
/** So that counters, queues and temperatures are what they would be after a while. */
const WARM_UP_S = 300;
const MAX_CONTROL_BYTES = 65_536;

/** What is wrong with a target from now on, or which burst of report 000 comes to its engines. */
const Control = z.union([
  z.strictObject({ path: z.string(), fault: z.enum(FAULTS) }),
  z.strictObject({ path: z.string(), play: z.enum(BURST_CASES.map(({ id }) => id)) }),
]);

/** Serves every target of a scenario under its own path; virtual time is the clock's time since the start × `speed`. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock, scenario, seed, speed = 1 } = options;
  const startMs = clock();
  const targets = new SimulatedTargets({ scenario, seed, epochMs: startMs, stepS: STEP_S, warmUpS: WARM_UP_S });
  // Counts of the warm-up would be a spike to whoever polled an earlier simulator at this address.
  for (const server of targets.fleet.servers.values()) for (const engine of server.engines) engine.forgetCounts();
  const http = createServer((request, response) => {
    targets.advance(((clock() - startMs) / 1000) * speed);
    answer(targets, request, response);
  });
  // A simulated target must be able to wait longer than any client; `hang` answers nothing at all.
  http.requestTimeout = 0;
  http.headersTimeout = 0;
  await listen(http, options.port, options.host);
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    paths: pathsOf(targets),
    setFault: (path, fault) => targets.setFault(path, fault),
    close: () => close(http),
  };
}

function answer(targets: SimulatedTargets, request: IncomingMessage, response: ServerResponse): void {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://simulator');
  if (request.method === 'POST' && path === '/control') {
    control(targets, request, response);
    return;
  }
  const target = targets.byPath.get(path);
  if (target !== undefined) {
    const fault = targets.faultOf(target);
    if (answerWrong(fault, response)) return;
    const page = targets.print(target);
    if (page === null) closePort(response);
    else send(response, 200, target.contentType, page);
    return;
  }
  const batchApi = targets.batchApis.get(path);
  if (batchApi !== undefined) {
    if (answerWrong(targets.faultOf(batchApi), response)) return;
    send(response, 200, 'application/json', targets.printBatches(batchApi, searchParams));
    return;
  }
  const engine = /^\/engines\/([^/]+)\/(health|version)$/.exec(path);
  const server = engine?.[1] === undefined ? undefined : targets.fleet.servers.get(engine[1]);
  if (server !== undefined) {
    if (!server.answers(targets.fleet.nowS)) closePort(response);
    else if (engine?.[2] === 'health') send(response, 200, 'text/plain', '');
    else sendJson(response, 200, { version: server.settings.format });
    return;
  }
  if (path === '/health') send(response, 200, 'text/plain', '');
  else if (path === '/version')
    sendJson(response, 200, { version: 'headroom simulator', scenario: targets.fleet.scenario.name });
  else if (path === '/') send(response, 200, 'text/plain', `${pathsOf(targets).join('\n')}\n`);
  else send(response, 404, 'text/plain', 'no such target; / lists them\n');
}

/** True when the fault is one that needs no page. */
function answerWrong(fault: Fault, response: ServerResponse): boolean {
  if (fault === 'none' || fault === 'frozen' || fault === 'restart' || isBatchFault(fault)) return false;
  FAULT_ANSWERS[fault](response);
  return true;
}

function pathsOf(targets: SimulatedTargets): readonly string[] {
  return [...targets.byPath.keys(), ...targets.batchApis.keys()];
}

function control(targets: SimulatedTargets, request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > MAX_CONTROL_BYTES) request.destroy();
  });
  request.on('end', () => {
    const parsed = Control.safeParse(jsonOf(body));
    if (!parsed.success) {
      const bursts = BURST_CASES.map(({ id }) => id).join(', ');
      const error = `expected {"path": …, "fault": one of ${FAULTS.join(', ')}} or {"path": …, "play": one of ${bursts}}`;
      sendJson(response, 400, { error });
    } else if (!obeyed(targets, parsed.data)) {
      sendJson(response, 404, { error: `no target ${parsed.data.path}; GET / lists them` });
    } else sendJson(response, 200, parsed.data);
  });
}

function obeyed(targets: SimulatedTargets, wanted: z.infer<typeof Control>): boolean {
  if ('fault' in wanted) return targets.setFault(wanted.path, wanted.fault);
  const burst = BURST_CASES.find(({ id }) => id === wanted.play);
  return burst !== undefined && targets.play(wanted.path, burst);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', `${JSON.stringify(body)}\n`);
}

function listen(http: HttpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function close(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
