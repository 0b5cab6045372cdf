import { describe, expect, test } from 'vitest';
import { isDcgmBlank } from '#lib/scrape/sources/dcgm.ts';
import { fixtureTest } from '#tests/fixtures.ts';
import { ignoredReason, only, readPageFixture, readText, reasonFor } from '#tests/scrape/sources/pages.ts';

const MIB = 1_048_576;
const row = (name: string, value: number | string, labels = ''): string =>
  `DCGM_FI_DEV_${name}{gpu="0",UUID="GPU-ABCD-1"${labels}} ${value}\n`;

describe('units', () => {
  test('MiB, percent, MHz and mJ become bytes, ratios, Hz and J', () => {
    const { gpus } = readText(
      row('FB_USED', 100) +
        row('FB_FREE', 900) +
        row('GPU_UTIL', 37) +
        row('SM_CLOCK', 1410) +
        row('TOTAL_ENERGY_CONSUMPTION', 1234567) +
        row('POWER_USAGE', '116.043000'),
    );
    const gpu = only(gpus);
    expect(gpu.uuid).toBe('abcd-1');
    expect(gpu.gauges).toMatchObject({
      used_bytes: 100 * MIB,
      util_ratio: 0.37,
      sm_clock_hz: 1.41e9,
      power_w: 116.043,
    });
    expect(gpu.counters.energy_j).toBe(1234.567);
  });

  test('total memory is FB_TOTAL, else used + free + reserved, else used + free with a note', () => {
    const parts = row('FB_USED', 100) + row('FB_FREE', 800);
    expect(only(readText(parts + row('FB_TOTAL', 1000)).gpus).gauges.total_bytes).toBe(1000 * MIB);
    const derived = readText(parts + row('FB_RESERVED', 50));
    expect(only(derived.gpus).gauges.total_bytes).toBe(950 * MIB);
    expect(only(derived.gpus).origins.total_bytes).toBe('FB_USED + FB_FREE + FB_RESERVED');
    const short = readText(parts);
    expect(only(short.gpus).gauges.total_bytes).toBe(900 * MIB);
    expect(short.notes.join()).toContain('reserved');
  });

  test('the lower-case names of 1.x are read alike', () => {
    const { gpus, plan } = readText(
      'dcgm_fb_used{gpu="0",uuid="GPU-AB"} 10\ndcgm_gpu_utilization{gpu="0",uuid="GPU-AB"} 50\ndcgm_xid_errors{gpu="0",uuid="GPU-AB"} 79\n',
    );
    expect(plan.recognised).toContain('1.x');
    expect(only(gpus)).toMatchObject({ uuid: 'ab', gauges: { used_bytes: 10 * MIB, util_ratio: 0.5, xid_last: 79 } });
  });
});

describe('blank values', () => {
  fixtureTest('the sentinel of the README capture is unknown, not a temperature', () => {
    const { gpus, notes } = readPageFixture('dcgm/dcgm-exporter-README-sample.prom');
    expect(only(gpus).gauges.mem_temperature_c).toBeUndefined();
    expect(only(gpus).gauges.sm_clock_hz).toBe(139e6);
    expect(notes.join()).toContain('unknown');
  });

  test('all four int32, int64 and double marks are blank, large real values are not', () => {
    for (const mark of [
      '9223372036854775792',
      '9223372036854775795',
      '2147483632',
      '2147483635',
      '140737488355328',
      '140737488355331.0',
    ]) {
      expect(isDcgmBlank(Number(mark)), mark).toBe(true);
    }
    expect(isDcgmBlank(2_147_483_636)).toBe(false);
    const years = only(readText(row('FB_USED', 1) + row('TOTAL_ENERGY_CONSUMPTION', 2e14)).gpus);
    expect(years.counters.energy_j).toBe(2e11);
    const blank = only(readText(row('FB_USED', 1) + row('TOTAL_ENERGY_CONSUMPTION', '9223372036854775794')).gpus);
    expect(blank.counters.energy_j).toBeUndefined();
  });

  test('a memory temperature of 0 is a GPU without that sensor', () => {
    expect(only(readText(row('FB_USED', 1) + row('MEMORY_TEMP', 0)).gpus).gauges.mem_temperature_c).toBeUndefined();
  });
});

describe('labels', () => {
  test('the host stands in Hostname or hostname', () => {
    expect(only(readText(row('FB_USED', 1, ',Hostname="a"')).gpus).attributes.host).toBe('a');
    expect(only(readText(row('FB_USED', 1, ',hostname="b"')).gpus).attributes.host).toBe('b');
  });

  test('a row without a GPU in its labels is ignored with that reason', () => {
    const { plan, gpus } = readText('DCGM_FI_DEV_FB_USED{nvswitch="0"} 5\n');
    expect(gpus).toEqual([]);
    expect(ignoredReason(plan, 'DCGM_FI_DEV_FB_USED')).toContain('name no GPU');
  });

  test('rows per pod are not added: the row of the whole GPU counts, else the largest', () => {
    const pod = (name: string, value: number): string =>
      row('FB_USED', value, `,pod="${name}",namespace="n",container="c"`);
    const whole = readText(row('FB_USED', 900, ',pod="",namespace="",container=""') + pod('a', 400) + pod('b', 500));
    expect(only(whole.gpus).gauges.used_bytes).toBe(900 * MIB);
    expect(whole.plan.storedSeries).toBe(1);
    expect(ignoredReason(whole.plan, 'DCGM_FI_DEV_FB_USED')).toContain('share');
    const shared = readText(pod('a', 400) + pod('b', 500));
    expect(only(shared.gpus).gauges.used_bytes).toBe(500 * MIB);
    expect(shared.notes.join()).toContain('several rows for the same GPU');
  });

  fixtureTest('a GPU that one pod holds alone is read without a note about pods', () => {
    const { gpus, notes } = readPageFixture('dcgm/runai-1-workload-fraction.prom');
    expect(gpus.map((gpu) => gpu.gauges.used_bytes)).toEqual([128 * MIB, 5 * MIB]);
    expect(notes.join()).not.toContain('several rows');
  });
});

describe('MIG', () => {
  fixtureTest('every instance is its own subject with the uuid of its GPU', () => {
    const { gpus } = readPageFixture('dcgm/runai-a100-mig-2x1g5gb-2g10gb.prom');
    expect(gpus.map((gpu) => [gpu.mig, gpu.attributes.mig_profile, gpu.gauges.used_bytes])).toEqual([
      ['7', '1g.5gb', 98 * MIB],
      ['9', '1g.5gb', 4384 * MIB],
      ['5', '2g.10gb', 153 * MIB],
    ]);
    expect(new Set(gpus.map((gpu) => gpu.uuid)).size).toBe(1);
  });

  test('the row of the parent stays apart and is marked, so that sums can leave it out', () => {
    const { gpus } = readText(row('FB_USED', 500) + row('FB_USED', 200, ',GPU_I_PROFILE="1g",GPU_I_ID="7"'));
    expect(gpus.map((gpu) => [gpu.mig, gpu.attributes.mig_mode !== undefined])).toEqual([
      ['', true],
      ['7', false],
    ]);
  });

  fixtureTest('missing utilisation is explained', () => {
    const { gpus, plan } = readPageFixture('dcgm/runai-a100-mig-enabled-empty.prom');
    expect(only(gpus).gauges.util_ratio).toBeUndefined();
    expect(reasonFor(plan, 'util_ratio')).toContain('MIG');
  });
});

describe('errors', () => {
  test('XID_ERRORS is the last code and no counter; labels with its text make no second GPU', () => {
    const gpu = only(
      readText(row('FB_USED', 1) + row('XID_ERRORS', 79, ',err_code="79",err_msg="GPU has fallen off the bus"')).gpus,
    );
    expect(gpu.gauges.xid_last).toBe(79);
    expect(gpu.counters.xid_errors).toBeUndefined();
  });

  test("counts over the exporter's own window are ignored, since they go down again", () => {
    const { plan } = readText(
      `${row('FB_USED', 1)}DCGM_EXP_XID_ERRORS_COUNT{UUID="GPU-ABCD-1",xid="79",window_size_in_ms="300000"} 2\n`,
    );
    expect(ignoredReason(plan, 'DCGM_EXP_XID_ERRORS_COUNT')).toContain('window');
  });

  test('the throttle mask is kept bit for bit', () => {
    expect(only(readText(row('CLOCK_THROTTLE_REASONS', 0x44)).gpus).gauges.throttle_bits).toBe(0x44);
  });
});
