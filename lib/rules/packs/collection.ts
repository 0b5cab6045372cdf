import { packRules } from '#lib/rules/packs/pack-rule.ts';
import type { Rule } from '#lib/rules/rule.ts';

const target = packRules('collection', 'target');
const engine = packRules('collection', 'engine');
const gpu = packRules('collection', 'gpu');
const MINUTE_MS = 60_000;
const SOURCE = 'Headroom: the reports assume that the numbers arrive';

/** Whether the numbers can be believed at all, and the faults that no threshold shows: a server that does nothing, or never comes back. */
export const COLLECTION_RULES: readonly Rule[] = [
  target({
    id: 'TargetDown',
    title: 'Target does not answer',
    expr: 'target_up = no',
    forMs: MINUTE_MS,
    severity: 'critical',
    cause:
      'No poll of this target has succeeded for a minute: the server is down, restarting, overloaded or not reachable. All its other numbers are unknown, not healthy.',
    check:
      'Read the error of the last poll on the target’s page. Refused: the process is gone. Timeout: host or network, or a server too busy to answer. Does another target on the same host answer?',
    remedy: 'Restart the process or repair the host. A planned stop belongs into a maintenance window.',
    source: SOURCE,
  }),
  target({
    id: 'ExporterFrozen',
    title: 'Exporter repeats old values',
    expr: 'target_frozen = yes',
    forMs: 2 * MINUTE_MS,
    severity: 'warning',
    cause:
      'The exporter answers but its numbers no longer move although there is work. Usually nvidia-smi or DCGM hangs behind it; every panel of this target shows the past.',
    check: 'Run nvidia-smi on the host: if it hangs, the driver or a GPU has a fault. Look for XID lines in dmesg.',
    remedy: 'Restart the exporter; if nvidia-smi itself hangs, drain the host and reset the GPU or reboot.',
    source: SOURCE,
  }),
  engine({
    id: 'SignalMissing',
    title: 'Rules cannot see what they need',
    expr: 'missing_signals > 0',
    forMs: 5 * MINUTE_MS,
    severity: 'info',
    cause:
      'This engine does not expose something that an enabled rule reads, so that rule can never fire here. Mostly a version that renamed or dropped a metric, or a start option.',
    check: 'The engine’s page names each missing signal and the versions that have it.',
    remedy: 'Change the version or the start option, or turn off the rules that cannot work here.',
    source: SOURCE,
  }),
  engine({
    id: 'EngineDisappeared',
    title: 'Engine disappeared',
    expr: 'engine_present = no',
    forMs: MINUTE_MS,
    severity: 'critical',
    cause:
      'The target answers but no longer shows this engine: the model was unloaded or renamed, or a data-parallel rank died.',
    check: 'Compare the models and engine numbers on the target’s page with what should run; read the engine’s log.',
    remedy: 'Bring the engine back. If it was removed on purpose, forget it on its page.',
    source: SOURCE,
  }),
  gpu({
    id: 'GpuDisappeared',
    title: 'GPU disappeared',
    expr: 'gpu_present = no',
    forMs: MINUTE_MS,
    severity: 'critical',
    cause:
      'The exporter answers but no longer lists this GPU: it fell off the bus (XID 79), or was taken from the container.',
    check: 'Run nvidia-smi -L and dmesg | grep -i -e xid -e nvrm on the host.',
    remedy: 'Drain the host, then reset the GPU or reboot. If it comes back and goes again, have the card replaced.',
    source: SOURCE,
  }),
  engine({
    id: 'EngineStuck',
    title: 'Engine is stuck',
    expr: 'queue_depth > 0 and running_requests <= 1 and tokens_per_second < 1',
    forMs: 2 * MINUTE_MS,
    severity: 'critical',
    cause: 'Requests wait, almost none run and no token comes out: the scheduler hangs or a GPU does not answer.',
    check:
      'Does /health answer? Is the GPU at 100 % with low power (a hung kernel) or at 0 %? Look for an XID and at the log.',
    remedy:
      'Take the engine out of rotation and restart it; keep the log and a stack dump (py-spy) for the bug report.',
    source: 'Headroom; vllm issues 23444 and llm-scaler 391: waiting 14, running 1 for over an hour',
  }),
  engine({
    hysteresis: 0,
    absence: 'resolve',
    id: 'BurstNotRecovered',
    title: 'Engine did not recover from a burst',
    expr: 'burst_verdict = did_not_recover',
    severity: 'critical',
    action: 'shed_or_scale',
    cause:
      'The load of a burst ended ten minutes ago and the engine is still not where it was before: the backlog does not drain, or it got slower for good.',
    check:
      'Open the burst: its panel shows when the load ended and which signals are still outside their band. Does the queue fall, and how fast?',
    remedy:
      'If the queue does not fall, shed load or add an engine. If it is empty and the engine stays slow, drain and restart it; compare its VRAM before and after.',
    source: 'Headroom; vllm issue 4158: 15 min degraded after a burst; algorithms §7',
  }),
  engine({
    id: 'EngineGotSlower',
    title: 'Engine is slower than after its warm-up',
    expr: 'warm_slowdown >= 1.25x',
    forMs: 10 * MINUTE_MS,
    severity: 'warning',
    action: 'restart',
    cause:
      'At the same number of running requests a token takes at least 25 % longer than in the first warm hour of this process. Nothing failed and no threshold was crossed: a warm server degrades slowly.',
    check:
      'Compare GPU clocks, temperature and other processes on the card with the first hour. Are KV cache or preemptions higher at the same load? The engine’s page shows both speeds.',
    remedy:
      'Drain and restart the engine at a quiet time; if it is fast again, report the version and the hours it took.',
    source: 'Headroom; vllm issue 42484: TTFT p99 2.5 times as long after an hour, well again after a restart',
  }),
];
