import {
  Activity,
  BellOff,
  BookOpen,
  Calculator,
  Cpu,
  Database,
  Gauge,
  ListChecks,
  type LucideIcon,
  Radar,
  Scale,
  Send,
  Siren,
  Target,
  Waves,
} from 'lucide-react';

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
      { path: '/alerts', title: 'Alerts', icon: Siren, keys: 'g a' },
      { path: '/kv-cache', title: 'KV cache', icon: Database, keys: 'g k' },
      { path: '/vram', title: 'VRAM', icon: Cpu, keys: 'g v' },
      { path: '/throughput', title: 'Throughput', icon: Gauge, keys: 'g t' },
      { path: '/bursts', title: 'Bursts', icon: Waves, keys: 'g b' },
    ],
  },
  {
    title: 'Judge',
    items: [
      { path: '/sla', title: 'SLA', icon: Target, keys: 'g l' },
      { path: '/runs', title: 'Runs', icon: ListChecks, keys: 'g u' },
      { path: '/plan', title: 'Planner', icon: Calculator, keys: 'g p' },
      { path: '/rules', title: 'Rules', icon: Scale, keys: 'g r' },
      { path: '/silences', title: 'Silences', icon: BellOff, keys: 'g s' },
    ],
  },
  {
    title: 'Set up',
    items: [
      { path: '/targets', title: 'Targets', icon: Activity },
      { path: '/channels', title: 'Channels', icon: Send },
      { path: '/signals', title: 'Signals', icon: BookOpen },
    ],
  },
];
