'use client';

import { memo } from 'react';
import { Shape } from '#components/status/shape.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Popover } from '#components/ui/popover.tsx';
import type { SubjectKind } from '#lib/metrics/sample.ts';

type PartialBadgeProps = { of: number; missing: readonly string[]; kind: SubjectKind };

/** "7 of 8 engines", with the missing ones by name. */
export const PartialBadge = memo(function PartialBadge({ of, missing, kind }: PartialBadgeProps) {
  const noun = kind === 'engine' ? (of === 1 ? 'engine' : 'engines') : of === 1 ? 'GPU' : 'GPUs';
  if (missing.length === 0) {
    return <Badge>{of === 1 ? `1 ${noun}` : `all ${of} ${noun}`}</Badge>;
  }
  return (
    <Popover
      label="Missing sources"
      trigger={
        <button type="button" className="inline-flex min-h-6 items-center">
          <Badge tone="warn">
            <Shape name="warning" size={10} />
            {of - missing.length} of {of} {noun}
          </Badge>
        </button>
      }
    >
      <p className="font-medium">Without data now:</p>
      <ul className="max-h-48 overflow-y-auto">
        {missing.map((name) => (
          <li key={name} className="break-words text-muted">
            {name}
          </li>
        ))}
      </ul>
    </Popover>
  );
});
