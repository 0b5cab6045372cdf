import { expect, test } from 'vitest';
import { fetchCommand } from '#lib/scrape/fetch-command.ts';

const node = (script: string, timeoutMs = 5000, maxBodyBytes = 1000) =>
  fetchCommand({ command: process.execPath, args: ['-e', script], timeoutMs, maxBodyBytes });

test('the output of a command is its body', async () => {
  expect(await node('process.stdout.write("hello")')).toMatchObject({ ok: true, body: 'hello', bytes: 5 });
});

test('a command that is not there is said to be missing, by name', async () => {
  const outcome = await fetchCommand({ command: 'no-such-nvidia-smi', args: [], timeoutMs: 1000, maxBodyBytes: 10 });
  expect(outcome).toMatchObject({ ok: false, kind: 'command-missing' });
  expect(outcome.ok ? '' : outcome.message).toContain('no-such-nvidia-smi');
});

test('a failing command gives its code and first line', async () => {
  const outcome = await node('console.error("NVIDIA-SMI has failed\\nmore"); process.exit(9)');
  expect(outcome).toMatchObject({ ok: false, kind: 'command-failed' });
  expect(outcome.ok ? '' : outcome.message).toMatch(/code 9: NVIDIA-SMI has failed$/);
});

test('a hanging command is killed at the timeout', async () => {
  const outcome = await node('setInterval(() => {}, 1000)', 300);
  expect(outcome).toMatchObject({ ok: false, kind: 'command-failed' });
  expect(outcome.durationMs).toBeLessThan(3000);
  expect(outcome.ok ? '' : outcome.message).toContain('within 300 ms');
});

test('more output than the limit is refused', async () => {
  expect(await node('process.stdout.write("x".repeat(5000))')).toMatchObject({ ok: false, kind: 'too-large' });
});
