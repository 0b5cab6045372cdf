'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useUnackedCount } from '#components/alert/alert-badge.tsx';
import { addNews, firingOf, type Known, type News, NO_NEWS, newsBetween, newsText } from '#lib/client/alert-news.ts';
import { firingQuery } from '#lib/client/alert-queries.ts';
import { faviconHref, titleWithCount } from '#lib/client/favicon.ts';

/** Number in the tab's title and icon, and news of alerts for those who listen. */
export function AlertSignal() {
  const { unacked } = useUnackedCount();
  useTitleCount(unacked);
  useFavicon(unacked);
  return <AlertNews />;
}

/** Pages set the title as they please; the number is put in front again whenever they do. */
function useTitleCount(unacked: number): void {
  useEffect(() => {
    const apply = () => {
      const wanted = titleWithCount(document.title, unacked);
      if (document.title !== wanted) document.title = wanted;
    };
    apply();
    const observer = new MutationObserver(apply);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [unacked]);
}

/** A second icon after the page's own: browsers take the last, and taking it away gives the own back. */
function useFavicon(unacked: number): void {
  useEffect(() => {
    if (unacked === 0) return;
    const link = document.createElement('link');
    link.rel = 'icon';
    link.type = 'image/svg+xml';
    link.href = faviconHref(unacked);
    document.head.append(link);
    return () => link.remove();
  }, [unacked]);
}

/** One message in this time at most: a storm must not talk over the reader. */
const EVERY_MS = 15_000;

function AlertNews() {
  const { data } = useQuery(firingQuery());
  const [said, setSaid] = useState({ polite: '', urgent: '' });
  const known = useRef<Known | null>(null);
  const waiting = useRef<News>(NO_NEWS);
  const lastMs = useRef(0);
  useEffect(() => {
    if (data === undefined) return;
    const now = firingOf(data.items);
    // What already fired when the page was opened is no news.
    if (known.current !== null) {
      waiting.current = addNews(waiting.current, newsBetween(known.current, now, data.nextCursor === null));
    }
    known.current = now;
    const text = newsText(waiting.current);
    if (text === '' || Date.now() - lastMs.current < EVERY_MS) return;
    lastMs.current = Date.now();
    setSaid(waiting.current.critical > 0 ? { polite: '', urgent: text } : { polite: text, urgent: '' });
    waiting.current = NO_NEWS;
  }, [data]);
  return (
    <>
      <p role="status" className="sr-only">
        {said.polite}
      </p>
      <p role="alert" className="sr-only">
        {said.urgent}
      </p>
    </>
  );
}
