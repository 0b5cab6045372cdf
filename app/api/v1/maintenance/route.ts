import { MaintenanceInput } from '#lib/api/silences.ts';
import { createMaintenance, listMaintenanceViews } from '#lib/service/maintenance.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async (_input, { context }) => listMaintenanceViews(context));

export const POST = endpoint('responder', { body: MaintenanceInput }, async ({ body }, { context, actor }) =>
  Response.json(await createMaintenance(context, actor, body), { status: 201 }),
);
