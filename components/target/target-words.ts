import type { Target } from '#lib/api/targets.ts';

const ORIGINS: Record<Target['origin'], string> = {
  file: 'configuration file',
  api: 'added here',
  file_sd: 'file discovery',
  http_sd: 'HTTP discovery',
  demo: 'demo fleet',
  found: 'found on this machine',
};

export function originWords(target: Pick<Target, 'origin'>): string {
  return ORIGINS[target.origin];
}

/** "ttft 500ms, objective 99%": what was written for this target itself. */
export function promiseText(slo: Target['slo']): string {
  const parts = Object.entries(slo ?? {}).map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`);
  return parts.length === 0 ? 'as for all' : parts.join(', ');
}
