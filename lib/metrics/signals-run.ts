import type { RunFigure, Signal } from '#lib/metrics/signal.ts';
import type { Unit } from '#lib/metrics/unit.ts';

const DAY_MS = 86_400_000;

const run = (figure: RunFigure, id: string, title: string, unit: Unit, help: string, source: string): Signal => ({
  id,
  title,
  unit,
  kind: 'engine',
  compute: { type: 'run-figure', figure },
  windowMs: DAY_MS,
  fleet: 'mean',
  help: `${help} Of the newest run on the engine that runs or finished less than a day ago.`,
  source,
});

/** What the newest run on an engine says (report 003); without one only that no batch is open is known. */
export const RUN_SIGNALS: readonly Signal[] = [
  run(
    'vram-delta',
    'batch_vram_delta',
    'VRAM kept by a run',
    'bytes',
    'Idle memory after the last batch less that before the first; of several GPUs the one that kept most.',
    '003 Success Criteria',
  ),
  run(
    'throughput-variance',
    'batch_throughput_variance',
    'Throughput variance of batches',
    'ratio',
    '(max − min) ÷ max of the requests per second of the batches that have ended.',
    '003 Success Criteria',
  ),
  run(
    'throughput-falling',
    'batch_throughput_falling',
    'Batches get slower',
    'bool',
    '1 when at least three batches have ended and each was slower than the one before.',
    '003 Warning Signs 2',
  ),
  run(
    'success-ratio',
    'batch_success_rate',
    'Requests of batches that completed',
    'ratio',
    'Completed ÷ (completed + failed) over all batches; a failure that is known counts although another batch was not counted.',
    '003 Success Criteria',
  ),
  run(
    'reload-delay',
    'batch_reload_delay',
    'Wait for a model load',
    'seconds',
    'The longest time that the first request of a batch waited for the model to be loaded.',
    '003 Warning Signs 3',
  ),
  run(
    'open-age',
    'batch_age',
    'Age of the open batch',
    'seconds',
    'Time since the oldest batch that has not ended was submitted; 0 when all have ended.',
    '000 Short-term Actions 4',
  ),
  run(
    'projected-duration',
    'batch_projected_duration',
    'Projected duration of the open batch',
    'seconds',
    'From submit to the end of the open batch when it goes on as fast as so far (of a batch API: as in the last half hour); 0 when all have ended, unknown when its size is.',
    '001 sla_window',
  ),
];
