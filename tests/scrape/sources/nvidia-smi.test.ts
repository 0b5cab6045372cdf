import { describe, expect, test } from 'vitest';
import { THROTTLE_BITS } from '#lib/metrics/sample.ts';
import { combineSmi, readComputeApps, readGpuCsv, readSmiXml } from '#lib/scrape/sources/nvidia-smi.ts';
import { smiNumber, smiText } from '#lib/scrape/sources/nvidia-smi-text.ts';
import { fixtureNames, fixtureTest, readFixture } from '#tests/fixtures.ts';
import { only } from '#tests/scrape/sources/pages.ts';

const MIB = 1_048_576;

describe('cells', () => {
  test('every spelling of "no value" is unknown, in any case, with or without brackets', () => {
    for (const cell of [
      '[N/A]',
      'N/A',
      '',
      ' ',
      '[Not Supported]',
      '[Unknown Error]',
      '[Insufficient Permissions]',
      '[GPU is lost]',
      '[Requested functionality has been deprecated]',
      'requested functionality has been deprecated',
      'None',
      '[n/a]',
    ]) {
      expect(smiText(cell), cell).toBeUndefined();
      expect(smiNumber(cell, 'MiB'), cell).toBeUndefined();
    }
  });

  test('units in the cell or in the header give the same number', () => {
    expect(smiNumber('2296 MiB')).toBe(2296 * MIB);
    expect(smiNumber('2296', 'MiB')).toBe(2296 * MIB);
    expect(smiNumber('38 %')).toBe(0.38);
    expect(smiNumber('627.40 W')).toBe(627.4);
    expect(smiNumber('1980 MHz')).toBe(1.98e9);
    expect(smiNumber('P8')).toBe(8);
    expect(smiNumber('16x')).toBe(16);
    expect(smiNumber('0x0000000000000044')).toBe(0x44);
    expect([smiNumber('Active'), smiNumber('Not Active'), smiNumber('Yes'), smiNumber('No')]).toEqual([1, 0, 1, 0]);
    expect(smiNumber('-7 C')).toBe(-7);
    expect(smiNumber('12 parsec')).toBeUndefined();
  });
});

describe('--query-gpu', () => {
  test('columns in any order, with units, without, and with missing values', () => {
    const full = only(
      readGpuCsv('memory.used [MiB], uuid, utilization.gpu [%], fan.speed [%]\n575 MiB, GPU-AB, 38 %, [N/A]\n'),
    );
    const bare = only(readGpuCsv('uuid, utilization.gpu, memory.used, fan.speed\nGPU-AB, 38, 575, [N/A]\n'));
    expect(full.gauges).toEqual({ used_bytes: 575 * MIB, util_ratio: 0.38 });
    expect(bare.gauges).toEqual(full.gauges);
    expect(full.uuid).toBe('ab');
  });

  test('a row with too few cells is left out, and so is text that is no CSV', () => {
    expect(readGpuCsv('uuid, memory.used [MiB]\nGPU-AB\nGPU-CD, 5 MiB\n').map((gpu) => gpu.uuid)).toEqual(['cd']);
    expect(readGpuCsv('No devices were found\n')).toEqual([]);
    expect(readGpuCsv('')).toEqual([]);
  });

  test('throttle reasons without the mask are folded into one', () => {
    const gpu = only(
      readGpuCsv(
        'uuid, clocks_throttle_reasons.gpu_idle, clocks_throttle_reasons.sw_power_cap\nGPU-AB, Not Active, Active\n',
      ),
    );
    expect(gpu.gauges.throttle_bits).toBe(THROTTLE_BITS.sw_power_cap);
  });

  for (const name of fixtureNames('nvidia-smi-csv').filter((file) => file.includes('query-gpu'))) {
    fixtureTest(`${name} gives memory that adds up to the total within the rounding of each part`, () => {
      const { gauges } = only(readGpuCsv(readFixture(`nvidia-smi-csv/${name}`)));
      const { used_bytes = 0, free_bytes = 0, reserved_bytes = 0, total_bytes = 0 } = gauges;
      expect(Math.abs(used_bytes + free_bytes + reserved_bytes - total_bytes)).toBeLessThanOrEqual(3 * MIB);
      expect(gauges.temperature_c).toBeGreaterThan(0);
      expect(gauges.pstate).toBeDefined();
    });
  }

  fixtureTest('under MIG utilisation is unknown', () => {
    const gpu = only(
      readGpuCsv(readFixture('nvidia-smi-csv/linux-x86_64__nvidia-h100-mig__590.48.01__load__query-gpu.csv')),
    );
    expect(gpu.gauges.util_ratio).toBeUndefined();
    expect(gpu.attributes.mig_mode_current).toBe('Enabled');
  });
});

describe('--query-compute-apps', () => {
  test('a process name with commas is one name', () => {
    const apps = readComputeApps(
      'gpu_uuid, pid, process_name, used_gpu_memory [MiB]\nGPU-AB, 12, python -c a, b, c, 100 MiB\n',
    );
    expect(apps).toEqual([{ uuid: 'ab', pid: '12', name: 'python -c a, b, c', usedBytes: 100 * MIB }]);
  });

  test('a header alone is an empty list, no header is unknown', () => {
    expect(readComputeApps('gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n')).toEqual([]);
    expect(readComputeApps('')).toBeUndefined();
  });

  fixtureTest('Windows lists processes without sizes', () => {
    const apps = readComputeApps(
      readFixture('nvidia-smi-csv/windows-x86_64__nvidia-geforce-rtx-2080-super__591.86__load__query-compute-apps.csv'),
    );
    expect(apps?.length).toBeGreaterThan(2);
    expect(apps?.every((app) => app.usedBytes === null)).toBe(true);
  });
});

describe('-q -x', () => {
  for (const name of fixtureNames('nvidia-smi-xml')) {
    fixtureTest(`${name} gives a GPU with memory and temperature`, () => {
      const gpu = only(readSmiXml(readFixture(`nvidia-smi-xml/${name}`)));
      expect(gpu.gauges.total_bytes).toBeGreaterThan(1e9);
      expect(gpu.gauges.temperature_c).toBeGreaterThan(0);
      expect(gpu.attributes.name).toBeDefined();
    });
  }

  fixtureTest('power is found under the node names of every driver', () => {
    const power = (name: string): number | undefined =>
      only(readSmiXml(readFixture(`nvidia-smi-xml/telegraf-${name}.xml`))).gauges.power_w;
    expect(power('tesla-t4')).toBe(26.78);
    expect(power('rtx-3080-v12')).toBe(22.78);
    expect(power('rtx-4000-sff-ada-v13')).toBe(8.81);
  });

  fixtureTest('an old schema without reserved memory leaves it unknown', () => {
    expect(
      only(readSmiXml(readFixture('nvidia-smi-xml/telegraf-gtx-1660-ti.xml'))).gauges.reserved_bytes,
    ).toBeUndefined();
  });

  const MIG_XML = `<?xml version="1.0" ?><nvidia_smi_log><driver_version>590.48</driver_version><gpu id="0">
    <product_name>NVIDIA H100</product_name><uuid>GPU-AB</uuid><mig_mode><current_mig>Enabled</current_mig></mig_mode>
    <mig_devices>
      <mig_device><index>0</index><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id>
        <fb_memory_usage><total>40192 MiB</total><reserved>0 MiB</reserved><used>2296 MiB</used><free>37896 MiB</free></fb_memory_usage></mig_device>
      <mig_device><index>1</index><gpu_instance_id>7</gpu_instance_id><compute_instance_id>0</compute_instance_id>
        <fb_memory_usage><total>9728 MiB</total><used>11 MiB</used><free>9717 MiB</free></fb_memory_usage></mig_device>
    </mig_devices>
    <fb_memory_usage><total>81559 MiB</total><reserved>479 MiB</reserved><used>2307 MiB</used><free>78773 MiB</free></fb_memory_usage>
    <utilization><gpu_util>N/A</gpu_util></utilization>
    <processes><process_info><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id><pid>7</pid>
      <type>C</type><process_name>python &amp; co</process_name><used_memory>2280 MiB</used_memory></process_info></processes>
    </gpu></nvidia_smi_log>`;

  test('MIG instances are their own subjects with their processes', () => {
    const [parent, two, seven] = combineSmi({ xml: readSmiXml(MIG_XML) });
    expect(parent).toMatchObject({ mig: '', uuid: 'ab', processes: [], gauges: { used_bytes: 2307 * MIB } });
    expect(parent?.gauges.process_used_bytes).toBeUndefined();
    expect(parent?.gauges.util_ratio).toBeUndefined();
    expect(two).toMatchObject({
      mig: '2/0',
      gauges: { used_bytes: 2296 * MIB, process_used_bytes: 2280 * MIB },
      processes: [{ pid: '7', name: 'python & co', usedBytes: 2280 * MIB }],
    });
    expect(seven).toMatchObject({ mig: '7/0', gauges: { process_used_bytes: 0, process_count: 0 } });
  });

  test('text that is not this XML gives nothing', () => {
    for (const text of [
      '',
      'NVIDIA-SMI has failed',
      '<html/>',
      '<nvidia_smi_log><gpu>',
      '<nvidia_smi_log></nvidia_smi_log>',
    ]) {
      expect(readSmiXml(text), text).toEqual([]);
    }
  });

  test('CSV wins over XML, and each adds what the other lacks', () => {
    const csv = readGpuCsv('uuid, temperature.gpu, power.draw [W]\nGPU-AB, 77, 300.5 W\n');
    const [gpu] = combineSmi({ csv, xml: readSmiXml(MIG_XML) });
    expect(gpu?.gauges).toMatchObject({ temperature_c: 77, power_w: 300.5, used_bytes: 2307 * MIB });
  });

  test('processes of the compute-apps list go to their GPU, and unknown is not empty', () => {
    const csv = readGpuCsv('uuid, temperature.gpu\nGPU-AB, 50\nGPU-CD, 60\n');
    const apps = readComputeApps('gpu_uuid, pid, process_name, used_gpu_memory [MiB]\nGPU-CD, 1, a, 10 MiB\n');
    expect(combineSmi({ csv, apps }).map((gpu) => gpu.processes?.length)).toEqual([0, 1]);
    expect(combineSmi({ csv }).map((gpu) => gpu.processes)).toEqual([null, null]);
  });
});
