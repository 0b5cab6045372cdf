import { BigIdParams } from '#lib/api/id.ts';
import { MaintenancePatch } from '#lib/api/silences.ts';
import { deleteMaintenance, patchMaintenance } from '#lib/service/maintenance.ts';
import { endpoint } from '../../../endpoint.ts';

export const PATCH = endpoint('responder', { params: BigIdParams, body: MaintenancePatch }, async (input, ask) =>
  patchMaintenance(ask.context, ask.actor, input.params.id, input.body),
);

export const DELETE = endpoint('responder', { params: BigIdParams }, async ({ params }, { context, actor }) => {
  await deleteMaintenance(context, actor, params.id);
  return new Response(null, { status: 204 });
});
