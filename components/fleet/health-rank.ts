import type { HealthState } from '#lib/api/subjects.ts';

/** Worst highest, so that what needs a look is on top. */
export const HEALTH_RANK: Readonly<Record<HealthState, number>> = { down: 4, frozen: 3, stale: 2, unknown: 1, ok: 0 };
