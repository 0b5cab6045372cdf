'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import type { RangeState } from '#lib/client/range-state.ts';
import { parseInstantMs } from '#lib/metrics/time-range.ts';

const HINT = 'now-6h, 2026-11-22 14:05Z or epoch ms';

/** From and to as text: the way to zoom without dragging. */
export function AbsoluteRangeForm({ range, onApply }: { range: RangeState; onApply: (range: RangeState) => void }) {
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const [tried, setTried] = useState(false);
  const [fromMs, toMs] = [parseInstantMs(from, Date.now()), parseInstantMs(to, Date.now())];
  const fromError = fromMs === null ? `Expected ${HINT}` : undefined;
  const toError =
    toMs === null ? `Expected ${HINT}` : fromMs !== null && toMs <= fromMs ? 'Must be later than “From”' : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fromError === undefined && toError === undefined) onApply({ ...range, from: from.trim(), to: to.trim() });
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-2 border-t border-line pt-2">
      <div className="space-y-2">
        <Field label="From" error={tried ? fromError : undefined}>
          {(attributes) => <Input {...attributes} value={from} onChange={(event) => setFrom(event.target.value)} />}
        </Field>
        <Field label="To" error={tried ? toError : undefined}>
          {(attributes) => <Input {...attributes} value={to} onChange={(event) => setTo(event.target.value)} />}
        </Field>
      </div>
      <div className="flex items-center justify-between gap-2">
        <p className="text-xs text-muted">{HINT}</p>
        <Button type="submit" className="h-7">
          Apply
        </Button>
      </div>
    </form>
  );
}
