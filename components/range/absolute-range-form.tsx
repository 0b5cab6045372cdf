'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { type RangeState, typedInstant } from '#lib/client/range-state.ts';
import { parseInstantMs } from '#lib/metrics/time-range.ts';

const EXPECTED = 'Expected now-6h, 2026-11-22 14:05 or epoch ms';

/** From and to as text: the way to zoom without dragging. */
export function AbsoluteRangeForm({
  range,
  utc,
  onApply,
}: {
  range: RangeState;
  utc: boolean;
  onApply: (range: RangeState) => void;
}) {
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const [tried, setTried] = useState(false);
  const nowMs = Date.now();
  const [fromText, toText] = [typedInstant(from, nowMs, utc), typedInstant(to, nowMs, utc)];
  const msOf = (text: string | null): number | null => (text === null ? null : parseInstantMs(text, nowMs));
  const [fromMs, toMs] = [msOf(fromText), msOf(toText)];
  const fromError = fromText === null ? EXPECTED : undefined;
  const isBefore = fromMs !== null && toMs !== null && toMs <= fromMs;
  const toError = toText === null ? EXPECTED : isBefore ? 'Must be later than “From”' : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fromText !== null && toText !== null && !isBefore) onApply({ ...range, from: fromText, to: toText });
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
        <p className="text-xs text-muted">
          now-6h, 2026-11-22 14:05 ({utc ? 'UTC' : 'local time; with Z: UTC'}), epoch ms
        </p>
        <Button type="submit" className="h-7">
          Apply
        </Button>
      </div>
    </form>
  );
}
