/** What a key press means; chords (`g k`) are two presses within a second. */
export type ShortcutAction =
  | { readonly type: 'help' }
  | { readonly type: 'go'; readonly path: string }
  | { readonly type: 'filter' }
  | { readonly type: 'utc' }
  | { readonly type: 'live' }
  | { readonly type: 'zoom-out' }
  | { readonly type: 'shift'; readonly direction: -1 | 1 };

export type Shortcut = { readonly keys: string; readonly text: string; readonly action: ShortcutAction };

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: '?', text: 'This list', action: { type: 'help' } },
  { keys: 'g f', text: 'Go to the fleet', action: { type: 'go', path: '/' } },
  { keys: 'g k', text: 'Go to KV cache', action: { type: 'go', path: '/kv-cache' } },
  { keys: 'g v', text: 'Go to VRAM', action: { type: 'go', path: '/vram' } },
  { keys: 'g t', text: 'Go to throughput', action: { type: 'go', path: '/throughput' } },
  { keys: 'g b', text: 'Go to bursts', action: { type: 'go', path: '/bursts' } },
  { keys: 'g l', text: 'Go to the SLA', action: { type: 'go', path: '/sla' } },
  { keys: 'g a', text: 'Go to alerts', action: { type: 'go', path: '/alerts' } },
  { keys: 'g r', text: 'Go to rules', action: { type: 'go', path: '/rules' } },
  { keys: 'g u', text: 'Go to runs', action: { type: 'go', path: '/runs' } },
  { keys: 'g p', text: 'Go to the planner', action: { type: 'go', path: '/plan' } },
  { keys: 'g s', text: 'Go to silences', action: { type: 'go', path: '/silences' } },
  { keys: '/', text: 'Filter', action: { type: 'filter' } },
  { keys: 'u', text: 'UTC or local time', action: { type: 'utc' } },
  { keys: '.', text: 'Live or paused', action: { type: 'live' } },
  { keys: '-', text: 'Zoom out', action: { type: 'zoom-out' } },
  { keys: '[', text: 'Half a window back', action: { type: 'shift', direction: -1 } },
  { keys: ']', text: 'Half a window forward', action: { type: 'shift', direction: 1 } },
];

/** Keys of single pages, for the list of shortcuts; the pages bind them. */
export const ALERT_LIST_KEYS = [
  ['j k', 'Next or previous alert'],
  ['Enter', 'Open the alert'],
  ['x', 'Select, or not'],
  ['*', 'Select all that match'],
  ['a', 'Acknowledge'],
  ['m', 'Mute'],
  ['Esc', 'Clear the selection'],
] as const;

export const ALERT_PAGE_KEYS = [
  ['a', 'Acknowledge'],
  ['c', 'Add a note'],
  ['m', 'Mute'],
  ['o', 'Assign'],
] as const;

export const PLAN_KEYS = [
  ['b', 'To the batch'],
  ['e', 'Open or close every number'],
] as const;

export const CHORD_MS = 1000;

export type Pending = { readonly key: string; readonly atMs: number } | null;

/** The next state and what to do, from one key press. */
export function pressKey(
  pending: Pending,
  key: string,
  nowMs: number,
): { pending: Pending; action: ShortcutAction | null } {
  const prefix = pending !== null && nowMs - pending.atMs <= CHORD_MS ? `${pending.key} ` : '';
  const hit = SHORTCUTS.find(({ keys }) => keys === prefix + key) ?? SHORTCUTS.find(({ keys }) => keys === key);
  if (hit !== undefined) return { pending: null, action: hit.action };
  const opensChord = SHORTCUTS.some(({ keys }) => keys.startsWith(`${key} `));
  return { pending: opensChord ? { key, atMs: nowMs } : null, action: null };
}
