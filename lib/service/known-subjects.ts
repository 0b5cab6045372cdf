import type { FleetState } from '#lib/db/fleet-state.ts';
import { AppError } from '#lib/service/errors.ts';

/** Throws AppError `not-found` with those of the ids that no subject has; an answer without them would look complete. */
export function refuseUnknownSubjects(fleet: FleetState, ids: readonly number[]): void {
  const unknown = ids.filter((id) => !fleet.subjects.some((subject) => subject.id === id));
  if (unknown.length > 0)
    throw new AppError('not-found', `no subject ${unknown.join(', ')}`, [{ path: 'subject', message: 'unknown id' }]);
}
