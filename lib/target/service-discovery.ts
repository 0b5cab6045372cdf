import { z } from 'zod';
import { TargetInput } from '#lib/api/targets.ts';
import type { TargetSettings } from '#lib/target/target.ts';
import { parseTarget } from '#lib/target/target-input.ts';

/** Prometheus's file_sd / http_sd format. */
const Groups = z.array(
  z.object({ targets: z.array(z.string().min(1)), labels: z.record(z.string(), z.string()).default({}) }),
);

export type DiscoveredTargets =
  | { readonly ok: true; readonly targets: readonly TargetSettings[] }
  | { readonly ok: false; readonly message: string };

/**
 * Targets of a discovery document. `__scheme__`, `__metrics_path__`, `__scrape_interval__` and `__param_*` are honoured,
 * `source` and `name` labels choose the exporter and the name, other labels that start with `__` are dropped.
 */
export function parseDiscovery(document: unknown): DiscoveredTargets {
  const parsed = Groups.safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      message: `expected [{"targets": ["host:port"], "labels": {}}]: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    };
  }
  const targets: TargetSettings[] = [];
  for (const group of parsed.data) {
    for (const address of group.targets) {
      const input = toInput(address, group.labels);
      const result = input.success ? parseTarget(input.data) : null;
      if (result === null || !result.ok) {
        const reason = result === null ? (input.error?.issues[0]?.message ?? '') : (result.errors[0]?.message ?? '');
        return { ok: false, message: `target "${address}": ${reason}` };
      }
      targets.push(result.target);
    }
  }
  return { ok: true, targets };
}

function toInput(address: string, labels: Readonly<Record<string, string>>) {
  const {
    __scheme__: scheme = 'http',
    __metrics_path__: metricsPath = '/metrics',
    __scrape_interval__: interval,
    source,
    name,
  } = labels;
  const parameters = Object.entries(labels)
    .filter(([key]) => key.startsWith('__param_'))
    .map(([key, value]) => [key.slice('__param_'.length), value]);
  const query = parameters.length === 0 ? '' : `?${new URLSearchParams(parameters)}`;
  const shown = Object.entries(labels).filter(([key]) => !key.startsWith('__') && key !== 'source' && key !== 'name');
  return TargetInput.safeParse({
    name: name ?? address,
    source: source ?? 'auto',
    url: `${scheme}://${address}${metricsPath}${query}`,
    ...(interval === undefined ? {} : { interval }),
    labels: Object.fromEntries(shown),
  });
}
