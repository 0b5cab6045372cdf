'use client';

/** Who acts in this browser. Without accounts it is a name that people choose and see on each other's acks. */
const NAME = 'headroom-person';

export function personName(): string {
  try {
    return localStorage.getItem(NAME) ?? '';
  } catch {
    return '';
  }
}

/** The header that carries the name. Headers are Latin-1, names are not, so it is percent-encoded. */
export function personHeader(): Record<string, string> {
  const name = typeof localStorage === 'undefined' ? '' : personName().trim();
  return name === '' ? {} : { 'headroom-person': encodeURIComponent(name) };
}
