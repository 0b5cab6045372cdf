import { z } from 'zod';

/** HEADROOM_PUBLIC_URL: where people open Headroom, for the links in messages. No slash at the end; empty is not set. */
export const PublicUrl = z
  .string()
  .default('')
  .transform((text) => (text === '' ? 'http://127.0.0.1:3000' : text.replace(/\/+$/, '')))
  .pipe(z.url({ protocol: /^https?$/, error: 'HEADROOM_PUBLIC_URL: expected an http or https address' }));
