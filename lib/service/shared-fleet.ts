import { type FleetState, loadFleet } from '#lib/db/fleet-state.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { sharedLoad } from '#lib/service/shared-load.ts';

/** As `loadFleet`, shared by the requests that come while it is being loaded. */
export function sharedFleet(context: ServiceContext): Promise<FleetState> {
  return sharedLoad(context, 'fleet', () => loadFleet(context));
}
