import { z } from 'zod';
import { ownMetrics } from '#lib/service/own-metrics.ts';
import { endpoint } from '../api/endpoint.ts';

export const GET = endpoint(
  'viewer',
  // Other programs ask here, some with a parameter of their own.
  { query: z.looseObject({}) },
  async (_input, { context }) =>
    new Response(await ownMetrics(context), {
      headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
);
