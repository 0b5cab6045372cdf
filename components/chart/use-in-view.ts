'use client';

import { type RefObject, useEffect, useState } from 'react';

/** Whether an element is in or near the viewport; panels elsewhere neither fetch nor render. */
export function useInView(ref: RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => setInView(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '120px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return inView;
}

/** Whether an element has ever been in or near the viewport: what was drawn once stays. */
export function useWasInView(ref: RefObject<HTMLElement | null>): boolean {
  const inView = useInView(ref);
  const [was, setWas] = useState(false);
  if (inView && !was) setWas(true);
  return was;
}
