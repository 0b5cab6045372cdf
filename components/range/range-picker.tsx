'use client';

import { ChevronLeft, ChevronRight, ClipboardCopy, Clock, Pause, Play, ZoomOut } from 'lucide-react';
import { memo, useState } from 'react';
import { AbsoluteRangeForm } from '#components/range/absolute-range-form.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { cx } from '#components/ui/class-names.ts';
import { Popover } from '#components/ui/popover.tsx';
import { Select } from '#components/ui/select.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#lib/client/now.ts';
import {
  absoluteRange,
  instantText,
  PRESETS,
  presetOf,
  REFRESH_CHOICES,
  resolveRange,
} from '#lib/client/range-state.ts';
import { patchQuery, useRange, useUtc } from '#lib/client/url-state.ts';
import { instantLabel, zoneLabel } from '#lib/client/wall-clock.ts';

/** The page's time range: presets, absolute fields, shifting, zoom, live or paused, zone. All of it lives in the URL. */
export const RangePicker = memo(function RangePicker() {
  const control = useRange();
  const { range, set, shift, zoomOut } = control;
  const [open, setOpen] = useState(false);
  const [utc, toggleUtc] = useUtc();
  const hydrated = useHydrated();
  const toast = useToast();
  const preset = presetOf(range);

  const copyAbsolute = async () => {
    const { fromMs, toMs } = resolveRange(range, Date.now());
    const query = patchQuery(window.location.search, { from: instantText(fromMs), to: instantText(toMs) });
    const url = `${window.location.origin}${window.location.pathname}?${query}`;
    await navigator.clipboard.writeText(url).then(
      () => toast('Copied a link to exactly this time'),
      () => toast('The browser did not allow copying'),
    );
  };

  return (
    <div className="flex flex-wrap items-center gap-1">
      <LiveChip />
      <div className="flex items-center rounded-md border border-line bg-surface">
        <IconButton label="Half a window back ([)" onClick={() => shift(-1)}>
          <ChevronLeft size={16} aria-hidden />
        </IconButton>
        <Popover
          label="Time range"
          align="end"
          className="w-84"
          open={open}
          onOpenChange={setOpen}
          trigger={
            <button type="button" className="flex h-7.5 min-w-0 items-center gap-1.5 px-1.5 hover:bg-hover">
              <Clock size={14} aria-hidden className="text-muted" />
              <span className="truncate">
                {hydrated || preset !== null ? rangeText(range, preset, utc) : range.from}
              </span>
            </button>
          }
        >
          <div className="grid grid-cols-3 gap-1">
            {PRESETS.map(({ span, label, short }) => (
              <Button
                key={span}
                aria-label={label}
                aria-pressed={preset === span}
                className={cx('h-7 px-2 text-xs', preset === span && 'bg-accent-soft')}
                onClick={() => {
                  set({ from: `now-${span}`, to: 'now', refresh: range.refresh });
                  setOpen(false);
                }}
              >
                {short}
              </Button>
            ))}
          </div>
          <AbsoluteRangeForm
            utc={utc}
            key={`${range.from} ${range.to}`}
            range={range}
            onApply={(next) => {
              set(next);
              setOpen(false);
            }}
          />
          <div className="mt-3 flex items-center justify-between border-t border-line pt-2">
            <span className="text-muted">Refresh every</span>
            <Select
              label="Refresh every"
              value={range.refresh}
              onChange={(refresh) => set({ ...range, refresh })}
              options={[...new Set([...REFRESH_CHOICES, range.refresh])].map((value) => ({ value, label: value }))}
            />
          </div>
          <div className="mt-2 flex items-center justify-between">
            <span className="truncate text-muted">{hydrated ? zoneLabel(Date.now(), utc) : ''}</span>
            <Button className="h-7" aria-pressed={utc} onClick={toggleUtc}>
              {utc ? 'Use local time' : 'Use UTC'} (u)
            </Button>
          </div>
        </Popover>
        <IconButton label="Half a window forward (])" onClick={() => shift(1)}>
          <ChevronRight size={16} aria-hidden />
        </IconButton>
      </div>
      <IconButton label="Zoom out twice (-)" onClick={zoomOut}>
        <ZoomOut size={15} aria-hidden />
      </IconButton>
      <IconButton label="Copy link with absolute times" onClick={() => void copyAbsolute()}>
        <ClipboardCopy size={15} aria-hidden />
      </IconButton>
      <button
        type="button"
        aria-pressed={utc}
        onClick={toggleUtc}
        title="Switch between local time and UTC (u)"
        className="min-h-7 rounded-md px-1.5 text-xs text-muted hover:bg-hover"
      >
        {hydrated ? shortZone(utc) : 'UTC'}
      </button>
    </div>
  );
});

function LiveChip() {
  const { live, toggleLive, range } = useRange();
  if (live) {
    return (
      <Button className="px-2" onClick={toggleLive} title="Pause (.)">
        <Pause size={13} aria-hidden />
        Live · {range.refresh}
      </Button>
    );
  }
  return (
    <Button className="border-warn bg-warn-soft px-2" onClick={toggleLive} title="Follow the clock again (.)">
      <Play size={13} aria-hidden />
      Paused – resume
    </Button>
  );
}

function rangeText(range: { from: string; to: string; refresh: string }, preset: string | null, utc: boolean): string {
  const found = PRESETS.find(({ span }) => span === preset);
  if (found !== undefined) return found.label;
  if (range.to === 'now') return `Last ${range.from.replace('now-', '')}`;
  const { fromMs, toMs } = resolveRange(range, Date.now());
  const whole = absoluteRange(fromMs, toMs, range.refresh);
  const [from, to] = [Date.parse(whole.from), Date.parse(whole.to)];
  const [left, right] = [instantLabel(from, utc), instantLabel(to, utc)];
  const sameDay = left.slice(0, -9) === right.slice(0, -9);
  return `${left.replace(/ \d{4} /, ' ')} – ${sameDay ? right.slice(-8) : right.replace(/ \d{4} /, ' ')}`;
}

/** `UTC+1` beside the range; the full zone name is in the popover. */
function shortZone(utc: boolean): string {
  return /UTC[^)]*/.exec(zoneLabel(Date.now(), utc))?.[0] ?? 'UTC';
}
