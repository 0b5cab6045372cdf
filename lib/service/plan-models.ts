import type { ModelInput, ModelList, ModelPatch, ModelView } from '#lib/api/plan.ts';
import {
  deletePlanModel,
  insertPlanModel,
  loadPlanModels,
  lockPlanModel,
  updatePlanModel,
} from '#lib/db/plan-models.ts';
import { MODELS } from '#lib/plan/models.ts';
import type { Actor } from '#lib/service/access.ts';
import { change } from '#lib/service/change.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { uniqueName } from '#lib/service/unique-name.ts';

/** `GET /plan/models`: own ones first, so that they are found before a row of the table with the same name. */
export async function listModels(context: ServiceContext): Promise<ModelList> {
  const models = await knownModels(context);
  return { items: models.map(({ aliases: _, ...model }) => model), nextCursor: null };
}

/** Own models, then the table; `aliases` are other names of a row. */
export async function knownModels(
  context: ServiceContext,
): Promise<readonly (ModelView & { readonly aliases: readonly string[] })[]> {
  const own = await loadPlanModels(context.pool);
  return [
    ...own.map((model) => ({ ...model, id: `own-${model.ownId}`, aliases: [] })),
    ...MODELS.map((model) => ({ ...model, ownId: null })),
  ];
}

/** `POST /plan/models` */
export async function createModel(context: ServiceContext, actor: Actor, input: ModelInput): Promise<ModelView> {
  const stamp = { by: actor.name, atMs: context.clock() };
  const id = await uniqueName('model', input.name, () =>
    change(context, actor, 'models', async (client) => {
      const created = await insertPlanModel(client, input, stamp);
      return { result: created, deed: { action: 'model.create', object: `model ${created}`, detail: input } };
    }),
  );
  return { ...input, id: `own-${id}`, ownId: id };
}

/** `PATCH /plan/models/{id}`: what is not named stays. */
export async function patchModel(
  context: ServiceContext,
  actor: Actor,
  id: number,
  patch: ModelPatch,
): Promise<ModelView> {
  const stamp = { by: actor.name, atMs: context.clock() };
  const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const model = await uniqueName('model', patch.name ?? '', () =>
    change(context, actor, 'models', async (client) => {
      const stored = await lockPlanModel(client, id);
      if (stored === null) throw new AppError('not-found', `no own model ${id}`);
      const changed = { ...stored, ...named };
      await updatePlanModel(client, id, changed, stamp);
      return { result: changed, deed: { action: 'model.update', object: `model ${id}`, detail: patch } };
    }),
  );
  return { ...model, id: `own-${id}`, ownId: id };
}

/** `DELETE /plan/models/{id}` */
export async function removeModel(context: ServiceContext, actor: Actor, id: number): Promise<void> {
  await change(context, actor, 'models', async (client) => {
    if (!(await deletePlanModel(client, id))) throw new AppError('not-found', `no own model ${id}`);
    return { result: null, deed: { action: 'model.delete', object: `model ${id}`, detail: {} } };
  });
}
