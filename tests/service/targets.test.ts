import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TargetInput, TargetPatch } from '#lib/api/targets.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { currentValues } from '#lib/service/current.ts';
import { createTarget, patchTarget } from '#lib/service/edit-target.ts';
import { serviceContext } from '#tests/engine-polls.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';

let database: TestDatabase;
let context: ServiceContext;

beforeAll(async () => {
  database = await createTestDatabase();
  context = serviceContext(database.pool, Date.now());
});
afterAll(() => database.drop());

const patch = (id: number, written: object) => patchTarget(context, id, TargetPatch.parse(written));

describe('a target that is changed', () => {
  it('keeps what is not named, and loses what is null', async () => {
    const whole = {
      name: 'qwen',
      source: 'vllm',
      url: 'http://127.0.0.1:9/metrics',
      labels: { host: 'gpu-01' },
      baseline_rps: 202,
      max_running: 64,
      profile: 'literal',
      gpus: [0],
      auth: { bearer: 'secret' },
      tls: { insecure_skip_verify: true },
    };
    const { id } = await createTarget(context, TargetInput.parse(whole));
    const kept = { source: 'vllm', labels: { host: 'gpu-01' }, profile: 'literal', gpus: ['0'] };
    const paused = await patch(id, { paused: true });
    expect(paused).toMatchObject({ ...kept, paused: true, baselineRps: 202, maxRunning: 64, hasAuth: true });
    const bare = await patch(id, { baseline_rps: null, max_running: null, auth: null, tls: null });
    expect(bare).toMatchObject({ ...kept, paused: true, baselineRps: null, maxRunning: null, hasAuth: false });
    expect((await context.targets.find(id))?.tls).toBeNull();
  });
});

describe('values of a subject that is not there', () => {
  it('are refused, not left out', () =>
    expect(currentValues(context, { subject: [4711] })).rejects.toMatchObject({
      code: 'not-found',
      message: 'no subject 4711',
    }));
});
