import type { Interval } from '#lib/detect/theil-sen.ts';
import { describeDurationMs } from '#lib/metrics/duration.ts';
import type { ReportGpu } from '#lib/runs/report-run.ts';
import {
  deltaText,
  gibText,
  markdownTable,
  mibText,
  percentText,
  plainMarkdown,
  timeText,
} from '#lib/runs/report-words.ts';

const FOUND = {
  leak: 'Memory leak detected',
  plateau: 'No memory leak: it rose and is level since',
  'load-driven': 'No memory leak: memory follows the load',
  none: 'No memory leak detected',
  inconclusive: 'Not enough is known for a verdict',
} as const satisfies Record<ReportGpu['leak']['verdict'], string>;

/** Memory of one GPU over the run, and what its leak verdict rests on, in words. */
export function memorySection(gpu: ReportGpu): string {
  const { leak } = gpu;
  const lines = [
    `- Start VRAM: ${gibText(gpu.startBytes)}`,
    `- End VRAM: ${gibText(gpu.endBytes)}`,
    `- Total delta: ${deltaText(gpu.deltaBytes)}`,
    `- Peak: ${gibText(gpu.peakBytes)} of ${gibText(gpu.totalBytes)}`,
    `- **${FOUND[leak.verdict]}** (${leak.verdict}): ${plainMarkdown(leak.reason)}`,
    ...evidence(gpu).map((line) => `- ${line}`),
  ];
  const floors = markdownTable(
    ['idle memory at', 'floor', 'against the first'],
    leak.floors.map(({ atMs, bytes }) => [
      timeText(atMs),
      gibText(bytes),
      deltaText(bytes - (leak.floors[0]?.bytes ?? bytes)),
    ]),
  );
  const title = `### ${plainMarkdown(gpu.gpu.name)}`;
  return [title, lines.join('\n'), ...(leak.floors.length === 0 ? [] : [floors])].join('\n\n');
}

function evidence({ leak, growers }: ReportGpu): readonly string[] {
  const { slopeMibPerBatch, slopeMibPerHour, pValue, model, timeToLimit, reservedBytes, moreFloors } = leak;
  return [
    ...(slopeMibPerBatch === null ? [] : [`Growth per batch: ${slopeText(slopeMibPerBatch, 'MiB')}`]),
    ...(slopeMibPerHour === null ? [] : [`Growth per hour: ${slopeText(slopeMibPerHour, 'MiB/h')}`]),
    ...(model === null ? [] : [`Best shape of the floors by BIC: ${model.shape}`]),
    ...(pValue === null ? [] : [`Chance of such a trend without growth (Mann–Kendall): ${pValue.toPrecision(2)}`]),
    ...(timeToLimit.known ? [`Time to the limit: ${limitText(timeToLimit)}`] : []),
    ...(reservedBytes === null
      ? []
      : [`Reserved by the engine: ${gibText(reservedBytes)}; above it: ${deltaText(leak.aboveReservedBytes)}`]),
    ...leak.restarts.map(({ atMs, cause }) => `Restart at ${timeText(atMs)}: ${plainMarkdown(cause)}`),
    ...(moreFloors === null
      ? []
      : [moreFloors === 1 ? 'At least 1 more batch is needed' : `At least ${moreFloors} more batches are needed`]),
    ...growers.map(({ pid, name, growthBytes, share }) => {
      const part = share === null ? '' : `, ${percentText(share, 0)} of the growth`;
      return `Process ${plainMarkdown(name)} (pid ${plainMarkdown(pid)}) grew by ${mibText(growthBytes)}${part}`;
    }),
  ];
}

function slopeText({ estimate, low, high }: Interval, unit: string): string {
  return `${estimate.toFixed(1)} ${unit} (95 % interval ${low.toFixed(1)} to ${high.toFixed(1)})`;
}

function limitText(limit: {
  readonly expectedMs: number;
  readonly earliestMs: number;
  readonly latestMs: number | null;
}) {
  const latest = limit.latestMs === null ? 'perhaps never' : describeDurationMs(limit.latestMs);
  return `${describeDurationMs(limit.expectedMs)} (${describeDurationMs(limit.earliestMs)} to ${latest})`;
}
