import { slaOf } from '#lib/service/sla.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => slaOf(context));
