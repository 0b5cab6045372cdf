/** The mark with a red number, as an address that a link element takes. */
export function faviconHref(unacked: number): string {
  const text = unacked > 99 ? '99+' : String(unacked);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 7h14" stroke="#e8622c" stroke-width="4" stroke-linecap="round"/><rect x="5" y="18" width="5" height="11" rx="2" fill="#2b8ac6"/><rect x="13" y="14" width="5" height="15" rx="2" fill="#2b8ac6"/><circle cx="21" cy="12" r="11" fill="#c62828"/><text x="21" y="17" font-family="sans-serif" font-size="${text.length > 2 ? 11 : 15}" font-weight="700" text-anchor="middle" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** `(3) KV cache · Headroom`; without unacked alerts the plain title. */
export function titleWithCount(title: string, unacked: number): string {
  const plain = title.replace(/^\(\d+\) /, '');
  return unacked === 0 ? plain : `(${unacked}) ${plain}`;
}
