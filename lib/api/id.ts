import { z } from 'zod';

/** `{id}` of a path. */
export const IdParams = z.object({ id: z.coerce.number().int().positive() });
