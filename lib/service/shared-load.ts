import type { ServiceContext } from '#lib/service/context.ts';

const loading = new WeakMap<ServiceContext, Map<string, Promise<unknown>>>();

/**
 * What `load` gives; requests that ask for the same (`key` holds everything that it depends on) while it is being loaded
 * share it: the panels of a page do. For reads that do not follow a change of the same client.
 */
export function sharedLoad<T>(context: ServiceContext, key: string, load: () => Promise<T>): Promise<T> {
  const open = loading.get(context) ?? new Map<string, Promise<unknown>>();
  loading.set(context, open);
  const known = open.get(key);
  // The key names the very load, so the answer has its type.
  if (known !== undefined) return known as Promise<T>;
  const started = load().finally(() => open.delete(key));
  open.set(key, started);
  return started;
}
