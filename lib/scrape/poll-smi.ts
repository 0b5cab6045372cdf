import type { Reading } from '#lib/metrics/sample.ts';
import { fetchCommand } from '#lib/scrape/fetch-command.ts';
import type { FetchOutcome } from '#lib/scrape/fetch-outcome.ts';
import type { PollOutcome } from '#lib/scrape/poll.ts';
import {
  combineSmi,
  readComputeApps,
  readGpuCsv,
  readSmiXml,
  SMI_XML_ARGUMENTS,
} from '#lib/scrape/sources/nvidia-smi.ts';

/** What is asked of --query-gpu. A driver that does not know a field refuses the whole query, so such fields are dropped. */
const FIELDS = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'pci.bus_id',
  'pstate',
  'memory.total',
  'memory.used',
  'memory.free',
  'memory.reserved',
  'utilization.gpu',
  'utilization.memory',
  'utilization.encoder',
  'utilization.decoder',
  'temperature.gpu',
  'temperature.memory',
  'power.draw',
  'enforced.power.limit',
  'clocks.current.sm',
  'clocks.current.memory',
  'clocks.max.sm',
  'fan.speed',
  'clocks_event_reasons.active',
  'ecc.errors.corrected.volatile.total',
  'ecc.errors.uncorrected.volatile.total',
  'ecc.errors.corrected.aggregate.total',
  'ecc.errors.uncorrected.aggregate.total',
  'retired_pages.pending',
  'mig.mode.current',
  'pcie.link.gen.current',
  'pcie.link.width.current',
];
/** Older drivers' names of the same thing. */
const OLDER_NAME: Readonly<Record<string, string>> = {
  'clocks_event_reasons.active': 'clocks_throttle_reasons.active',
};
const UNKNOWN_FIELD = /Field "([^"]+)" is not a valid field/;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Polls the local nvidia-smi: CSV for the GPUs, compute-apps for processes, XML where a card runs MIG. */
export function createSmiPoll(command: string, timeoutMs: number): () => Promise<PollOutcome> {
  let fields = FIELDS;
  const dropped: string[] = [];
  const run = (args: readonly string[]): Promise<FetchOutcome> =>
    fetchCommand({ command, args, timeoutMs, maxBodyBytes: MAX_OUTPUT_BYTES });

  const queryGpus = async (): Promise<FetchOutcome> => {
    for (;;) {
      const outcome = await run([`--query-gpu=${fields.join(',')}`, '--format=csv']);
      const unknown = outcome.ok ? undefined : UNKNOWN_FIELD.exec(outcome.message)?.[1];
      if (unknown === undefined || !fields.includes(unknown)) return outcome;
      const older = OLDER_NAME[unknown];
      fields = fields.flatMap((field) => (field === unknown ? (older === undefined ? [] : [older]) : [field]));
      dropped.push(unknown);
    }
  };

  return async () => {
    const gpus = await queryGpus();
    if (!gpus.ok) return gpus;
    const apps = await run(['--query-compute-apps=gpu_uuid,pid,process_name,used_gpu_memory', '--format=csv']);
    const csv = readGpuCsv(gpus.body);
    const xml = usesMig(gpus.body) ? await run(SMI_XML_ARGUMENTS) : null;
    const readings = combineSmi({
      csv,
      apps: apps.ok ? readComputeApps(apps.body) : undefined,
      ...(xml?.ok === true ? { xml: readSmiXml(xml.body) } : {}),
    });
    const notes = [
      ...(apps.ok ? [] : [`processes are unknown: ${apps.message}`]),
      ...(xml === null || xml.ok ? [] : [`MIG instances are unknown: ${xml.message}`]),
    ];
    return summarise(gpus, readings, dropped, notes);
  };
}

/** The mig.mode.current column says Enabled for some card. */
function usesMig(csv: string): boolean {
  const [header = '', ...rows] = csv.split('\n');
  const column = header.split(', ').findIndex((name) => name.trim() === 'mig.mode.current');
  return column >= 0 && rows.some((row) => row.split(', ')[column]?.trim() === 'Enabled');
}

function summarise(
  gpus: FetchOutcome & { ok: true },
  readings: readonly Reading[],
  dropped: readonly string[],
  notes: readonly string[],
): PollOutcome {
  const samples = readings.reduce((sum, reading) => sum + Object.keys(reading.gauges).length, 0);
  return {
    ok: true,
    readings,
    recognised: {
      text: `nvidia-smi: ${readings.length} GPU${readings.length === 1 ? '' : 's'} and MIG instances`,
      storedSeries: samples,
      totalSeries: samples,
      ignored: [],
      missing: dropped.map((field) => ({ field, reason: 'this driver does not know the field' })),
      notes: [...notes],
      problems: [],
      problemCount: 0,
    },
    samples,
    problems: 0,
    bytes: gpus.bytes,
    durationMs: gpus.durationMs,
  };
}
