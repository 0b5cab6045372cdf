import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hang, type Receiver, startReceiver } from '#tests/receiver.ts';
import { addChannel, addTarget, fire, newAlert } from '#tests/stored-alerts.ts';
import { createTestDatabase, type TestDatabase } from '#tests/test-database.ts';
import { until } from '#tests/until.ts';

const WORKER = path.join(import.meta.dirname, '../notifier-process.ts');

let database: TestDatabase;
let receiver: Receiver;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
  await addChannel(database.pool, { kind: 'webhook', url: receiver.url });
});
afterEach(async () => {
  for (const child of children) await kill(child);
  await receiver.close();
  await database.drop();
});

function startProcess(): ChildProcess {
  const child = spawn(process.execPath, [WORKER], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.add(child);
  return child;
}

function kill(child: ChildProcess): Promise<unknown> {
  children.delete(child);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return child.kill('SIGKILL') ? gone : Promise.resolve();
}

const idsSent = (): string[] => receiver.received.map(({ body }) => JSON.parse(body).id);

it('kill -9 in the middle of sending: the message comes again within seconds after the restart, under its id', async () => {
  receiver.answerNext(hang);
  const first = startProcess();
  await fire(database.pool, [newAlert(await addTarget(database.pool))]);
  await until(() => receiver.received.length === 1);
  await kill(first);
  startProcess();
  const restartedAtMs = Date.now();
  await until(() => receiver.received.length === 2);
  expect(Date.now() - restartedAtMs).toBeLessThan(10_000);
  expect(new Set(idsSent()).size).toBe(1);
  await until(async () => (await database.pool.query("SELECT FROM delivery WHERE state = 'sent'")).rowCount === 1);
});

it('kill -9 of one of two: the other takes over', async () => {
  receiver.answerNext(hang);
  const one = startProcess();
  await fire(database.pool, [newAlert(await addTarget(database.pool))]);
  await until(() => receiver.received.length === 1);
  startProcess();
  await kill(one);
  await until(() => receiver.received.length === 2);
  expect(new Set(idsSent()).size).toBe(1);
});

it('kill -9 at random moments: every alert arrives, and what comes twice has one id', async () => {
  const targetId = await addTarget(database.pool);
  for (let round = 0; round < 8; round++) {
    const child = startProcess();
    const before = receiver.received.length;
    await fire(database.pool, [newAlert(targetId, { ruleId: `Rule${round}` })]);
    await until(() => receiver.received.length > before);
    await kill(child);
    await fire(database.pool, [newAlert(targetId, { ruleId: `Late${round}` })]);
  }
  startProcess();
  await until(async () => (await database.pool.query("SELECT FROM delivery WHERE state <> 'sent'")).rowCount === 0);
  const byAlert = Map.groupBy(receiver.received, ({ body }) => JSON.parse(body).alerts[0].id);
  expect(byAlert.size).toBe(16);
  for (const requests of byAlert.values()) {
    expect(new Set(requests.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  }
}, 120_000);
