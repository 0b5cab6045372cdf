import { describe, expect, it } from 'vitest';
import { TargetInput, TargetPatch } from '#lib/api/targets.ts';

describe('a change of a target', () => {
  it.each([{}, { paused: true }, { interval: '10s' }, { auth: null, baseline_rps: null }])(
    'names what was written and nothing else: %o',
    (patch) => expect(TargetPatch.parse(patch)).toEqual(patch),
  );
});

describe('the name of a target', () => {
  it.each(['', '   ', 'a\nb', 'a\u001b[31m'])('is not %j', (name) =>
    expect(TargetInput.safeParse({ name }).success).toBe(false),
  );
  it('loses the blanks around it', () => expect(TargetInput.parse({ name: ' qwen ' }).name).toBe('qwen'));
});
