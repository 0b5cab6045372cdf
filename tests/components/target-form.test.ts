import { describe, expect, test } from 'vitest';
import { EMPTY_FORM, patchOf, problemErrors, readForm, withSource } from '#components/target/target-form-state.ts';
import { gpuProcesses } from '#components/vram/gpu-processes.ts';

const form = { ...EMPTY_FORM, name: 'qwen-a', url: 'http://gpu-01:8000/metrics' };

describe('target form', () => {
  test('the first three fields are enough', () => {
    expect(readForm(form)).toMatchObject({
      ok: true,
      input: { name: 'qwen-a', source: 'auto', url: 'http://gpu-01:8000/metrics', interval: '5s', labels: {} },
    });
  });

  test('labels, GPUs and numbers are read from text', () => {
    const result = readForm({ ...form, labels: 'host=gpu-01\n team = a=b ', gpus: '0, GPU-9f3c', baselineRps: '202' });
    expect(result).toMatchObject({
      input: { labels: { host: 'gpu-01', team: 'a=b' }, gpus: [0, 'GPU-9f3c'], baseline_rps: 202 },
    });
  });

  test.each([
    [{ name: ' ' }, 'name'],
    [{ url: '' }, 'url'],
    [{ labels: 'gpu-01' }, 'labels'],
    [{ baselineRps: 'many' }, 'baseline_rps'],
    [{ baselineRps: '-3' }, 'baseline_rps'],
    [{ maxRunning: '1.5' }, 'max_running'],
  ])('%j is refused at its field', (patch, field) => {
    const result = readForm({ ...form, ...patch });
    expect(result.ok ? [] : Object.keys(result.errors)).toEqual([field]);
  });

  test('a batch API is polled every 30 s unless the person chose something', () => {
    expect(withSource(form, 'openai-batch').interval).toBe('30s');
    expect(withSource(withSource(form, 'openai-batch'), 'vllm').interval).toBe('5s');
    expect(withSource({ ...form, interval: '7s' }, 'openai-batch').interval).toBe('7s');
  });

  test('the local nvidia-smi needs no address', () => {
    expect(readForm({ ...form, source: 'nvidia-smi', url: '' }).ok).toBe(true);
  });

  test('a stored secret stays unless a new one is typed', () => {
    const kept = readForm({ ...form, auth: 'keep' });
    const typed = readForm({ ...form, auth: 'bearer', secret: 'x' });
    expect(kept.ok && patchOf({ ...form, auth: 'keep' }, kept.input)).not.toHaveProperty('auth');
    expect(typed.ok && patchOf({ ...form, auth: 'bearer' }, typed.input)).toMatchObject({ auth: { bearer: 'x' } });
  });

  test('what was emptied is taken away', () => {
    const none = readForm({ ...form, baselineRps: '', auth: 'none' });
    expect(none.ok && patchOf({ ...form, auth: 'none' }, none.input)).toMatchObject({ baseline_rps: null, auth: null });
  });

  test("the server's errors find their fields", () => {
    const problem = {
      type: '',
      title: 'Invalid',
      status: 422,
      detail: 'two fields',
      errors: [
        { path: 'auth.bearer', message: 'a' },
        { path: '', message: 'b' },
      ],
    };
    expect(problemErrors(problem)).toEqual({ auth: 'a', form: 'b' });
    expect(problemErrors({ ...problem, errors: [] })).toEqual({ form: 'two fields' });
  });
});

describe('GPU processes', () => {
  test('no list is unknown, a broken one too', () => {
    expect(gpuProcesses({})).toBeNull();
    expect(gpuProcesses({ processes: '{' })).toBeNull();
  });

  test('memory that is not printed is unknown', () => {
    expect(gpuProcesses({ processes: '[{"pid":7,"name":"python3"}]' })).toEqual([
      { pid: '7', name: 'python3', usedBytes: null },
    ]);
  });
});
