import { type FleetState, loadFleet } from '#lib/db/fleet-state.ts';
import type { ServiceContext } from '#lib/service/context.ts';

const loading = new WeakMap<ServiceContext, Promise<FleetState>>();

/**
 * As `loadFleet`, but requests that come while it is being loaded share it: the panels of a page all need it at once.
 * For reads that do not follow a change of the same client.
 */
export function sharedFleet(context: ServiceContext): Promise<FleetState> {
  const known = loading.get(context);
  if (known !== undefined) return known;
  const started = loadFleet(context).finally(() => loading.delete(context));
  loading.set(context, started);
  return started;
}
