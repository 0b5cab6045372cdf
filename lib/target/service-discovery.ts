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
  const entries = parsed.data.flatMap(({ targets, labels }) => targets.map((address) => ({ address, labels })));
  const uses = Map.groupBy(entries, nameOf);
  const targets = new Map<string, TargetSettings>();
  for (const entry of entries) {
    const isShared = (uses.get(nameOf(entry))?.length ?? 0) > 1;
    const input = toInput(entry.address, entry.labels, isShared ? longNameOf(entry) : nameOf(entry));
    const result = input.success ? parseTarget(input.data) : null;
    if (result === null || !result.ok) {
      const reason = result === null ? (input.error?.issues[0]?.message ?? '') : (result.errors[0]?.message ?? '');
      return { ok: false, message: `target "${entry.address}": ${reason}` };
    }
    const { target } = result;
    const twin = targets.get(target.name);
    // The same entry twice is one target, as in Prometheus.
    if (twin !== undefined && JSON.stringify(twin) !== JSON.stringify(target))
      return { ok: false, message: `two targets are called "${target.name}": give each a label "name"` };
    targets.set(target.name, target);
  }
  return { ok: true, targets: [...targets.values()] };
}

type Entry = { readonly address: string; readonly labels: Readonly<Record<string, string>> };

const nameOf = ({ address, labels }: Entry): string => labels.name ?? address;

/** Several share the name: servers behind one address differ in their path, those of one group in their address. */
const longNameOf = ({ address, labels }: Entry): string =>
  [...(labels.name === undefined ? [] : [labels.name]), `${address}${labels.__metrics_path__ ?? ''}`].join(' ');

function toInput(address: string, labels: Readonly<Record<string, string>>, name: string) {
  const {
    __scheme__: scheme = 'http',
    __metrics_path__: metricsPath = '/metrics',
    __scrape_interval__: interval,
    source,
  } = labels;
  const parameters = Object.entries(labels)
    .filter(([key]) => key.startsWith('__param_'))
    .map(([key, value]) => [key.slice('__param_'.length), value]);
  const query = parameters.length === 0 ? '' : `?${new URLSearchParams(parameters)}`;
  const shown = Object.entries(labels).filter(([key]) => !key.startsWith('__') && key !== 'source' && key !== 'name');
  return TargetInput.safeParse({
    name,
    source: source ?? 'auto',
    url: `${scheme}://${address}${metricsPath}${query}`,
    ...(interval === undefined ? {} : { interval }),
    labels: Object.fromEntries(shown),
  });
}
