import { z } from 'zod';

/** The largest number of Postgres's `integer`, which most ids are. */
const MAX_INTEGER = 2_147_483_647;

/** An id as a path or a query writes it. */
export const WrittenId = z.coerce.number().int().positive().max(MAX_INTEGER);

/** `{id}` of a path. */
export const IdParams = z.object({ id: WrittenId });

/** `{id}` of a path to something that is counted in `bigint`: alerts, silences, maintenance windows. */
export const BigIdParams = z.object({ id: z.coerce.number().int().positive() });
