import type { ReactNode } from 'react';
import { cx } from '#components/ui/class-names.ts';

/** Shapes of status (ux §12): each is told apart without colour. */
export type ShapeName =
  | 'ok'
  | 'warning'
  | 'danger'
  | 'pending'
  | 'recovering'
  | 'no-data'
  | 'stale'
  | 'frozen'
  | 'paused'
  | 'caution'
  | 'info'
  | 'muted'
  | 'inhibited'
  | 'person'
  | 'unknown';

const SHAPES: Record<ShapeName, { colour: string; draw: ReactNode }> = {
  ok: {
    colour: 'text-ok',
    draw: <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2.5" />,
  },
  warning: { colour: 'text-warn', draw: <path d="M8 1.5 15 14H1Z" fill="currentColor" /> },
  danger: {
    colour: 'text-danger',
    draw: <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z" fill="currentColor" />,
  },
  pending: {
    colour: 'text-warn',
    draw: <path d="M8 2.5 14 13.3H2Z" fill="none" stroke="currentColor" strokeWidth="2" />,
  },
  recovering: {
    colour: 'text-info',
    draw: (
      <>
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentColor" />
      </>
    ),
  },
  'no-data': {
    colour: 'text-nodata',
    draw: (
      <>
        <rect x="2" y="2" width="12" height="12" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M2 9 9 2M3 14 14 3M8 14l6-6" stroke="currentColor" strokeWidth="1.2" />
      </>
    ),
  },
  stale: {
    colour: 'text-nodata',
    draw: (
      <>
        <rect x="1.5" y="1.5" width="13" height="13" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M8 4.5V8.5L11 10.5" fill="none" stroke="currentColor" strokeWidth="1.8" />
      </>
    ),
  },
  frozen: {
    colour: 'text-nodata',
    draw: (
      <path
        d="M8 1v14M2 4.5l12 7M14 4.5l-12 7M6 2l2 2 2-2M6 14l2-2 2 2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
    ),
  },
  paused: {
    colour: 'text-nodata',
    draw: <path d="M4 2.5h3v11H4ZM9 2.5h3v11H9Z" fill="currentColor" />,
  },
  caution: {
    colour: 'text-warn',
    draw: <path d="M8 1 15 8 8 15 1 8Z" fill="currentColor" />,
  },
  info: {
    colour: 'text-info',
    draw: (
      <>
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M8 4v2M8 7.5V12" stroke="currentColor" strokeWidth="2" />
      </>
    ),
  },
  muted: {
    colour: 'text-nodata',
    draw: (
      <>
        <rect x="2" y="2" width="12" height="12" fill="none" stroke="currentColor" strokeWidth="2" />
        <path d="M2.5 13.5 13.5 2.5" stroke="currentColor" strokeWidth="2" />
      </>
    ),
  },
  inhibited: {
    colour: 'text-nodata',
    draw: <path d="M2 2v7h9M8 5.5 11.5 9 8 12.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  },
  person: {
    colour: 'text-accent',
    draw: (
      <>
        <circle cx="8" cy="5" r="3.2" fill="currentColor" />
        <path d="M2 15c0-4 2.5-5.8 6-5.8s6 1.8 6 5.8Z" fill="currentColor" />
      </>
    ),
  },
  unknown: {
    colour: 'text-nodata',
    draw: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="2.4 2.3" />,
  },
};

/** The shape alone; the word beside it carries the name. */
export function Shape({ name, size = 12, className }: { name: ShapeName; size?: number; className?: string }) {
  const shape = SHAPES[name];
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      className={cx('shrink-0', shape.colour, className)}
    >
      {shape.draw}
    </svg>
  );
}
