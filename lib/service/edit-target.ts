import { type TargetDetail, TargetInput, type TargetPatch } from '#lib/api/targets.ts';
import { sendHint } from '#lib/db/notify.ts';
import type { StoredTarget } from '#lib/db/targets.ts';
import { formatDurationMs } from '#lib/metrics/duration.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { refuseAddress } from '#lib/service/refuse-address.ts';
import { getTargetView } from '#lib/service/targets.ts';
import { uniqueName } from '#lib/service/unique-name.ts';
import { sloInputOf } from '#lib/target/slo-input.ts';
import type { TargetSettings } from '#lib/target/target.ts';
import { parseTarget } from '#lib/target/target-input.ts';

/** `POST /targets` */
export async function createTarget(context: ServiceContext, input: TargetInput): Promise<TargetDetail> {
  const settings = parsedOrThrow(input);
  refuseAddress('url', settings.url ?? '');
  const created = await uniqueName('target', settings.name, () => context.targets.create(settings, 'api'));
  await sendHint(context.pool, 'targets');
  return getTargetView(context, created.id);
}

/** `PATCH /targets/{id}`: what is not named stays, secrets included. */
export async function patchTarget(context: ServiceContext, id: number, patch: TargetPatch): Promise<TargetDetail> {
  const stored = await editableTarget(context, id);
  const { paused, ...changes } = patch;
  const named = Object.entries(changes).filter(([, value]) => value !== undefined);
  const wanted = Object.entries({ ...toInput(stored), ...Object.fromEntries(named) });
  const settings = parsedOrThrow(TargetInput.parse(Object.fromEntries(wanted.filter(([, value]) => value !== null))));
  // A target that is there already can still be renamed or paused, whatever its address is.
  if (settings.url !== stored.url) refuseAddress('url', settings.url ?? '');
  const merged: TargetSettings = patch.auth === undefined ? { ...settings, auth: stored.auth } : settings;
  await uniqueName('target', merged.name, () => context.targets.update(id, merged, paused ?? stored.paused));
  await sendHint(context.pool, 'targets');
  return getTargetView(context, id);
}

/** `DELETE /targets/{id}`: stops polling; stored history stays. */
export async function removeTarget(context: ServiceContext, id: number): Promise<void> {
  await editableTarget(context, id);
  await context.targets.remove(id);
  await sendHint(context.pool, 'targets');
}

async function editableTarget(context: ServiceContext, id: number): Promise<StoredTarget> {
  const stored = await context.targets.find(id);
  if (stored === null) throw new AppError('not-found', `no target ${id}`);
  if (stored.origin !== 'api' && stored.origin !== 'found') {
    throw new AppError(
      'conflict',
      `target "${stored.name}" comes from ${stored.originKey === '' ? stored.origin : stored.originKey}: change it there`,
    );
  }
  return stored;
}

function parsedOrThrow(input: TargetInput): TargetSettings {
  const result = parseTarget(input);
  if (result.ok) return result.target;
  throw new AppError(
    'invalid',
    result.errors.map((error) => `${error.path}: ${error.message}`).join('; '),
    result.errors,
  );
}

function toInput(target: StoredTarget): TargetInput {
  return {
    name: target.name,
    source: target.source,
    ...(target.url === null ? {} : { url: target.url }),
    interval: formatDurationMs(target.intervalMs),
    labels: { ...target.labels },
    ...(target.baselineRps === null ? {} : { baseline_rps: target.baselineRps }),
    ...(target.maxRunning === null ? {} : { max_running: target.maxRunning }),
    profile: target.profile,
    gpus: [...target.gpus],
    ...(target.slo === null ? {} : { slo: sloInputOf(target.slo) }),
    ...(target.tls === null
      ? {}
      : {
          tls: {
            ...(target.tls.caFile === null ? {} : { ca_file: target.tls.caFile }),
            ...(target.tls.serverName === null ? {} : { server_name: target.tls.serverName }),
            insecure_skip_verify: target.tls.insecureSkipVerify,
          },
        }),
  };
}
