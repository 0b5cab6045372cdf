/** How nvidia-smi spells "no value": with or without brackets, over all drivers seen. */
const MISSING = new Set([
  '',
  'n/a',
  'none',
  'not supported',
  'not available',
  'unknown error',
  'insufficient permissions',
  'gpu is lost',
  'gpu requires reset',
  'function not found',
  'no data',
  'requested functionality has been deprecated',
]);

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['MiB', 1_048_576],
  ['KiB', 1024],
  ['GiB', 1_073_741_824],
  ['MHz', 1e6],
  ['%', 0.01],
  ['W', 1],
  ['C', 1],
]);

/** The cell without its spelling of "no value". */
export function smiText(cell: string): string | undefined {
  const text = cell.trim();
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return MISSING.has(bare.trim().toLowerCase()) ? undefined : text;
}

/**
 * A cell as a number in canonical units: "2296 MiB" is bytes, "38 %" a ratio, "1980 MHz" Hz, "P2" 2, "0x…" its value,
 * Yes/Enabled/Active 1 and No/Disabled/Not Active 0, "16x" 16. `unit` is that of the header, for `nounits` output.
 * undefined for any spelling of "no value".
 */
export function smiNumber(cell: string, unit = ''): number | undefined {
  const text = smiText(cell);
  if (text === undefined) return undefined;
  const lower = text.toLowerCase();
  if (lower === 'yes' || lower === 'enabled' || lower === 'active') return 1;
  if (lower === 'no' || lower === 'disabled' || lower === 'not active') return 0;
  if (/^0x[0-9a-f]+$/.test(lower)) return Number(lower);
  if (/^p\d+$/.test(lower)) return Number(lower.slice(1));
  const found = /^(-?\d+(?:\.\d+)?)\s*(\S*)$/.exec(text);
  if (found === null) return undefined;
  const own = found[2] === undefined || found[2] === '' ? unit : found[2];
  const factor = FACTORS.get(own) ?? (own === '' || own === 'x' ? 1 : undefined);
  if (factor === undefined) return undefined;
  const value = Number(found[1]);
  return factor === 0.01 ? value / 100 : value * factor;
}
