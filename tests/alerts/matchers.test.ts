import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Matcher, matches, parseMatchers, printMatchers } from '#lib/alerts/matchers.ts';

const LABELS = { rule: 'KvCacheCritical', host: 'gpu-01', model: 'Qwen/Qwen2.5 "x", y' };

describe('matchers', () => {
  it.each([
    ['host=gpu-01', true],
    ['host=gpu-02', false],
    ['host!=gpu-02', true],
    ['rule=Kv*', true],
    ['rule=*Critical, host=gpu-*', true],
    ['rule=Kv*Warning', false],
    ['team=', false],
    ['team!=x', true],
    ['team=*', true],
    ['model="Qwen/Qwen2.5 \\"x\\", y"', true],
    ['', true],
    ['{host="gpu-01"}', true],
  ])('%s: %j', (text, expected) => {
    const parsed = parseMatchers(text);
    if (text === 'team=') {
      expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining('expected label=value') });
      return;
    }
    expect(parsed.ok && matches(parsed.matchers, LABELS)).toBe(expected);
  });

  it('are printed so that they are read back, whatever the text', () => {
    const matcher = fc.record({
      label: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
      op: fc.constantFrom('=' as const, '!=' as const),
      value: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 4 }), (matchers: Matcher[]) => {
        expect(parseMatchers(printMatchers(matchers))).toEqual({ ok: true, matchers });
      }),
    );
  });

  it('stay fast on hostile patterns and labels', () => {
    const parsed = parseMatchers(`host=${'*a'.repeat(200)}*b`);
    expect(parsed.ok && matches(parsed.matchers, { host: 'a'.repeat(1024) })).toBe(false);
  });
});
