import { describe, expect, test } from 'vitest';
import { fixtureTest } from '#tests/fixtures.ts';
import { ignoredReason, only, readPageFixture, readText, reasonFor } from '#tests/scrape/sources/pages.ts';

const MIB = 1_048_576;

describe('mindprince', () => {
  const row = (name: string, value: number): string =>
    `nvidia_gpu_${name}{minor_number="0",name="Tesla",uuid="GPU-AB"} ${value}\n`;
  test('percent and milliwatts become ratios and watts, and free memory is total - used', () => {
    const { gpus, notes, plan } = readText(
      `nvidia_gpu_num_devices 1\n${row('memory_used_bytes', 300)}${row('memory_total_bytes', 1000)}${row('duty_cycle', 55)}${row('power_usage_milliwatts', 70500)}${row('fanspeed_percent', 40)}`,
    );
    expect(plan.sources).toEqual(['mindprince']);
    expect(only(gpus)).toMatchObject({
      uuid: 'ab',
      attributes: { name: 'Tesla', index: '0' },
      gauges: { used_bytes: 300, free_bytes: 700, util_ratio: 0.55, power_w: 70.5, fan_ratio: 0.4 },
    });
    expect(notes.join()).toContain('reserved');
    expect(reasonFor(plan, 'xid_last')).toContain('does not print');
  });
});

describe('Telegraf', () => {
  const row = (name: string, value: number, pstate = 'P0'): string =>
    `nvidia_smi_${name}{host="h",index="0",name="NVIDIA A10",pstate="${pstate}",uuid="GPU-AB"} ${value}\n`;

  test('has the prefix of nvidia_gpu_exporter and other units', () => {
    const { gpus, plan } = readText(
      row('memory_used', 100) +
        row('utilization_gpu', 50) +
        row('clocks_current_sm', 1500) +
        row('temperature_gpu', 60),
    );
    expect(plan.sources).toEqual(['telegraf']);
    expect(only(gpus)).toMatchObject({
      attributes: { host: 'h', name: 'NVIDIA A10' },
      gauges: { used_bytes: 100 * MIB, util_ratio: 0.5, sm_clock_hz: 1.5e9, temperature_c: 60, pstate: 0 },
    });
  });

  test('a GPU stays the same GPU when its performance state, which is a label, changes', () => {
    const first = only(readText(row('memory_used', 100, 'P0')).gpus);
    const second = only(readText(row('memory_used', 100, 'P8')).gpus);
    expect([first.uuid, first.mig]).toEqual([second.uuid, second.mig]);
    expect(second.gauges.pstate).toBe(8);
  });

  test('rows of two performance states at once make one GPU, a note and no performance state', () => {
    const { gpus, notes } = readText(row('memory_used', 100, 'P0') + row('memory_used', 120, 'P8'));
    expect(only(gpus).gauges).toEqual({ used_bytes: 120 * MIB });
    expect(notes.join()).toContain('two performance states');
  });

  test('MIG instances are their own subjects, processes cannot be told apart', () => {
    const { gpus, plan } = readText(
      `${row('memory_used', 100)}nvidia_smi_mig_memory_fb_used{compute_index="0",gpu_index="7",index="0",uuid="GPU-AB"} 5\nnvidia_smi_process_used_memory{name="python",type="C"} 5\n`,
    );
    expect(gpus.map((gpu) => [gpu.mig, gpu.gauges.used_bytes])).toEqual([
      ['', 100 * MIB],
      ['7/0', 5 * MIB],
    ]);
    expect(ignoredReason(plan, 'nvidia_smi_process_used_memory')).toContain('pid');
  });

  test('ECC errors are summed over memory kinds', () => {
    const { gpus } = readText(
      row('memory_used', 1) +
        row('ecc_errors_volatile_dram_correctable', 2) +
        row('ecc_errors_volatile_sram_correctable', 3),
    );
    expect(only(gpus).gauges.ecc_corrected).toBe(5);
  });
});

describe('SGLang', () => {
  fixtureTest('the capture of its docs is read', () => {
    const engine = only(readPageFixture('other-engines/sglang-docs-2025-12.prom').engines);
    expect(engine).toMatchObject({
      model: 'meta-llama/Llama-3.1-8B-Instruct',
      gauges: { running_requests: 162, waiting_requests: 2826, kv_usage_ratio: 0.28 },
      counters: { prompt_tokens: 8_128_902, generation_tokens: 7_557_572 },
      lazyCounters: true,
    });
    expect(engine.origins.itl_s).toBe('sglang:time_per_output_token_seconds');
    expect(engine.histograms.ttft_s?.bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('ranks of one engine are one engine, data parallel ranks are several', () => {
    const line = (dp: string, tp: string, value: number): string =>
      `sglang:num_running_reqs{dp_rank="${dp}",engine_type="unified",model_name="m",tp_rank="${tp}"} ${value}\n`;
    const { engines } = readText(line('0', '0', 4) + line('0', '1', 4) + line('1', '0', 6));
    expect(engines.map((engine) => [engine.engine, engine.gauges.running_requests])).toEqual([
      ['0', 4],
      ['1', 6],
    ]);
  });

  test('prefill and decode engines of one model are apart, and capacity is counted in tokens', () => {
    const { engines } = readText(
      'sglang:num_running_reqs{engine_type="prefill",model_name="m"} 1\nsglang:num_running_reqs{engine_type="decode",model_name="m"} 2\nsglang:max_total_num_tokens{engine_type="decode",model_name="m"} 5000\n',
    );
    expect(engines.map((engine) => engine.engine)).toEqual(['0@prefill', '0@decode']);
    expect(engines[1]?.gauges).toMatchObject({ kv_blocks: 5000, kv_block_tokens: 1 });
  });
});
