import { z } from 'zod';

/** HEADROOM_PUBLIC_URL: where people open Headroom, for the links in messages. No slash at the end. */
export const PublicUrl = z
  .url({ protocol: /^https?$/, error: 'HEADROOM_PUBLIC_URL: expected an http or https address' })
  .default('http://127.0.0.1:3000')
  .transform((url) => url.replace(/\/+$/, ''));
