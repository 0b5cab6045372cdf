import { Activity, BookOpen, Cpu, Database, Gauge, type LucideIcon, Radar, Waves } from 'lucide-react';

export type NavItem = {
  readonly path: string;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
};

export const NAV_GROUPS: readonly { readonly title: string; readonly items: readonly NavItem[] }[] = [
  {
    title: 'Watch',
    items: [
      { path: '/', title: 'Fleet', icon: Radar, keys: 'g f' },
      { path: '/kv-cache', title: 'KV cache', icon: Database, keys: 'g k' },
      { path: '/vram', title: 'VRAM', icon: Cpu, keys: 'g v' },
      { path: '/throughput', title: 'Throughput', icon: Gauge, keys: 'g t' },
      { path: '/bursts', title: 'Bursts', icon: Waves, keys: 'g b' },
    ],
  },
  {
    title: 'Set up',
    items: [
      { path: '/targets', title: 'Targets', icon: Activity },
      { path: '/signals', title: 'Signals', icon: BookOpen },
    ],
  },
];
