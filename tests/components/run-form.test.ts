import { describe, expect, test } from 'vitest';
import { EMPTY_RUN, newRunBody, readRunForm, runFormOf } from '#components/run/run-form-state.ts';
import { RunInput, RunPatch } from '#lib/api/runs.ts';
import { LEAKING, runView } from '#tests/run-views.ts';

const GIB = 1024 ** 3;

describe('the form of a run', () => {
  test('what is typed is what the API takes; no engine chosen is all of them', () => {
    const read = readRunForm({
      ...EMPTY_RUN,
      name: ' nightly ',
      requestsPerSecond: '0,2',
      vramGib: '22.5',
      labels: 'input=batch_5k.jsonl\n\nargs = --a=b ',
    });
    if (!read.ok) throw new Error('not read');
    expect(read.values).toEqual({
      name: 'nightly',
      notes: '',
      labels: { input: 'batch_5k.jsonl', args: '--a=b' },
      expectation: { requestsPerSecond: 0.2, vramBytes: 22.5 * GIB },
    });
    expect(RunInput.parse(newRunBody(read.values, EMPTY_RUN)).engines).toBeUndefined();
    expect(RunInput.parse(newRunBody(read.values, { kind: 'burst', engines: [7] }))).toMatchObject({
      engines: [7],
      kind: 'burst',
    });
  });

  test.each([
    ['name', { name: '  ' }],
    ['requestsPerSecond', { requestsPerSecond: '-1' }],
    ['requestsPerSecond', { requestsPerSecond: 'fast' }],
    ['vramGib', { vramGib: '0' }],
    ['labels', { labels: 'no equals sign' }],
  ])('%s is refused where it stands: %j', (field, typed) => {
    const read = readRunForm({ ...EMPTY_RUN, name: 'n', ...typed });
    expect(read).toMatchObject({ ok: false, errors: { [field]: expect.any(String) } });
  });

  test('a run that is opened and saved again stays as it is', () => {
    const run = { ...runView(LEAKING), expectation: { requestsPerSecond: 0.2, vramBytes: 22.5 * GIB } };
    const read = readRunForm(runFormOf(run));
    if (!read.ok) throw new Error('not read');
    expect(RunPatch.parse(read.values)).toEqual({
      name: run.name,
      notes: run.notes,
      labels: run.labels,
      expectation: run.expectation,
    });
  });
});
