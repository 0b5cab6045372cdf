'use client';

import { useQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { AlertGroupRow } from '#components/alert/alert-group-row.tsx';
import { AlertListHead, AlertRow } from '#components/alert/alert-row.tsx';
import { BulkBar } from '#components/alert/bulk-bar.tsx';
import { useSelection } from '#components/alert/use-selection.ts';
import { useStrips } from '#components/alert/use-strips.ts';
import { usePageKeys } from '#components/frame/page-keys.ts';
import type { AlertFilter, AlertSummary } from '#lib/api/alerts.ts';
import type { AlertView } from '#lib/client/alert-filter.ts';
import { type Grouping, groupAlerts, listRows } from '#lib/client/alert-groups.ts';
import { alertGroupsQuery } from '#lib/client/alert-queries.ts';

type AlertListProps = {
  items: readonly AlertSummary[];
  total: number;
  by: Grouping;
  filter: AlertFilter;
  view: AlertView;
  hasMore: boolean;
  onMore: () => void;
  /** Dialogs live above the list: it may empty or change while somebody types a note. */
  onDo: (doing: Doing) => void;
};

/** Rows from the end at which the next page is asked for. */
const MORE_BEFORE = 60;
const ROW_PX = 52;
/** What sticks to the top of the window and would cover a row that is scrolled to. */
const STICKY_PX = 110;

export type Doing = {
  readonly what: 'ack' | 'mute';
  readonly alerts: readonly AlertSummary[];
  readonly all: boolean;
  readonly onDone: () => void;
};

/** Only the rows in and near the window exist, so that 15 000 alerts scroll like fifty. */
export function AlertList({ items, total, by, filter, view, hasMore, onMore, onDo }: AlertListProps) {
  const router = useRouter();
  const frame = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const { data: inAll } = useQuery(alertGroupsQuery(filter, by, hasMore));
  const groups = useMemo(() => groupAlerts(items, by, hasMore ? inAll?.items : []), [items, by, hasMore, inAll]);
  const rows = useMemo(() => listRows(groups, by, folded), [groups, by, folded]);
  const alerts = useMemo(() => rows.flatMap((row) => (row.type === 'alert' ? [row.alert] : [])), [rows]);
  const selection = useSelection(items, JSON.stringify(filter));
  const [activeId, setActiveId] = useState<number | null>(null);
  const margin = useOffsetTop(frame);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: STICKY_PX,
    scrollPaddingEnd: 80,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : row.type === 'group' ? `group ${row.group.key}` : row.alert.id;
    },
  });
  const shown = virtualizer.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  const askForMore = useEffectEvent(onMore);
  useEffect(() => {
    if (hasMore && lastShown >= rows.length - MORE_BEFORE) askForMore();
  }, [hasMore, lastShown, rows.length]);
  const strips = useStrips(
    shown.flatMap(({ index }) => {
      const row = rows[index];
      return row?.type === 'alert' ? [row.alert.id] : [];
    }),
  );

  const active = alerts.find(({ id }) => id === activeId);
  const moveTo = (alert: AlertSummary | undefined) => {
    if (alert === undefined) return;
    setActiveId(alert.id);
    const index = rows.findIndex((row) => row.type === 'alert' && row.alert.id === alert.id);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };
  const step = (by: 1 | -1) => {
    const at = alerts.findIndex(({ id }) => id === activeId);
    moveTo(alerts[at === -1 ? 0 : Math.min(alerts.length - 1, Math.max(0, at + by))]);
  };
  /** What an action is about: the selection, else the row of the cursor. */
  const begin = (what: Doing['what']) => {
    const chosen = selection.count > 0 ? selection.chosen : active === undefined ? [] : [active];
    if (chosen.length === 0 && !selection.all) return false;
    const next = what === 'ack' ? neighbourOf(alerts, activeId) : activeId;
    const onDone = () => {
      selection.clear();
      setActiveId(next);
    };
    onDo({ what, alerts: chosen, all: selection.all, onDone });
    return true;
  };
  usePageKeys({
    j: () => step(1),
    arrowdown: () => (activeId === null ? false : step(1)),
    k: () => step(-1),
    arrowup: () => (activeId === null ? false : step(-1)),
    x: () => (active === undefined ? false : selection.toggle(active.id)),
    '*': () => selection.selectAll(),
    a: () => begin('ack'),
    m: () => begin('mute'),
    enter: () => (active === undefined ? false : router.push(`/alerts/${active.id}`)),
    escape: () => (selection.count === 0 && !selection.all ? false : selection.clear()),
  });
  const toggleFold = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };

  return (
    <div className="rounded-lg border border-line bg-surface">
      <BulkBar
        total={total}
        loaded={items.length}
        selection={selection}
        onAck={() => begin('ack')}
        onMute={() => begin('mute')}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: rows are virtual and laid out by a grid, which a table cannot be */}
      <div
        ref={frame}
        role="grid"
        aria-label="Alerts"
        aria-rowcount={hasMore ? -1 : rows.length}
        aria-multiselectable
        aria-activedescendant={activeId === null ? undefined : `alert-${activeId}`}
        tabIndex={0}
        onFocus={(event) => {
          if (event.target === event.currentTarget && activeId === null) setActiveId(alerts[0]?.id ?? null);
        }}
      >
        <AlertListHead />
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {shown.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtualizer.measureElement}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start - margin}px)` }}
              >
                {row.type === 'group' ? (
                  <AlertGroupRow
                    group={row.group}
                    by={by}
                    folded={folded.has(row.group.key)}
                    index={item.index}
                    match={view.match}
                    onFold={toggleFold}
                  />
                ) : (
                  <AlertRow
                    alert={row.alert}
                    group={row.group}
                    by={by}
                    index={item.index}
                    active={row.alert.id === activeId}
                    selected={selection.all || selection.ids.has(row.alert.id)}
                    strip={strips.get(row.alert.id)}
                    onSelect={selection.toggle}
                    onActive={setActiveId}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {hasMore && (
        <p className="border-t border-line px-3 py-2 text-xs text-muted">
          {items.length} of {total} loaded; the rest follows while you scroll
        </p>
      )}
    </div>
  );
}

/** An acknowledged row sinks in the list: the cursor stays where it was, on the one that comes next. */
function neighbourOf(alerts: readonly AlertSummary[], id: number | null): number | null {
  const at = alerts.findIndex((alert) => alert.id === id);
  return (alerts[at + 1] ?? alerts[at - 1])?.id ?? id;
}

/** Where the list begins on the page; filters above it open and close. */
function useOffsetTop(frame: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => setTop(element.getBoundingClientRect().top + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [frame]);
  return top;
}
