import type { Server } from '#lib/simulator/fleet.ts';
import type { Gpu } from '#lib/simulator/gpu.ts';
import { dcgmPage } from '#lib/simulator/print/dcgm.ts';
import { mindprincePage } from '#lib/simulator/print/mindprince.ts';
import { nvidiaGpuExporterPage } from '#lib/simulator/print/nvidia-gpu-exporter.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';
import type { PageTime } from '#lib/simulator/print/python-process.ts';
import { sglangPage } from '#lib/simulator/print/sglang.ts';
import { telegrafPage } from '#lib/simulator/print/telegraf.ts';
import { vllmRustPage } from '#lib/simulator/print/vllm-rust.ts';
import { vllmV0Page } from '#lib/simulator/print/vllm-v0.ts';
import { vllmV1Page } from '#lib/simulator/print/vllm-v1.ts';
import type { HostSettings } from '#lib/simulator/scenario.ts';

/** The page of a server in the format of its release. Printing it again gives the numbers of that moment. */
export function layOutServer(server: Server, time: PageTime): PageLayout {
  const { format } = server.settings;
  switch (format) {
    case '0.6.6':
      return vllmV0Page(server, time);
    case 'rust':
      return vllmRustPage(server);
    case 'sglang':
      return sglangPage(server);
    default:
      return vllmV1Page(server, time, format);
  }
}

/** The page of a host's exporter. */
export function layOutGpus(host: HostSettings, gpus: readonly Gpu[], time: PageTime): PageLayout {
  switch (host.exporter) {
    case 'nvidia-gpu-exporter':
      return nvidiaGpuExporterPage(gpus, time, 'nvidia-smi');
    case 'nvidia-gpu-exporter-nvml':
      return nvidiaGpuExporterPage(gpus, time, 'nvml');
    case 'dcgm-3':
      return dcgmPage(host.name, gpus, '3');
    case 'dcgm':
      return dcgmPage(host.name, gpus, '4');
    case 'mindprince':
      return mindprincePage(gpus);
    case 'telegraf':
      return telegrafPage(host.name, gpus);
  }
}

/** The content type that goes with it. */
export function contentTypeOf(server: Server): string {
  if (server.settings.format === 'rust') return 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  return 'text/plain; version=0.0.4; charset=utf-8';
}
