import { describe, expect, test } from 'vitest';
import { suggestionsAt } from '#lib/client/expression-suggestions.ts';
import { SIGNALS } from '#lib/metrics/signals.ts';
import { compileRuleExpression } from '#lib/rules/check.ts';

/** `|` is the caret. */
function at(text: string, isAsked = false) {
  const caret = text.indexOf('|');
  return suggestionsAt(text.replace('|', ''), caret, isAsked);
}
const inserts = (text: string): readonly string[] => at(text)?.items.map(({ insert }) => insert) ?? [];

describe('what the typed word may mean', () => {
  test('a signal by the start of its id, with its title and unit', () => {
    expect(at('kv_cache_ut|')).toEqual({
      from: 0,
      to: 11,
      items: [expect.objectContaining({ insert: 'kv_cache_utilization', title: 'KV cache used', unit: 'ratio' })],
    });
  });

  test.each([
    ['a later word of its id', 'depth|', 'queue_depth'],
    ['a word of its title', 'waiting|', 'queue_depth'],
    ['in any case', 'QUEUE_d|', 'queue_depth'],
    ['after other text', 'kv_cache_utilization > 90% and queue_d|', 'queue_depth'],
    ['inside a function', 'avg(queue_d|, 5m) > 3', 'queue_depth'],
    ['a function', 'av|', 'avg('],
    ['the baseline', 'requests_per_second < 74% of base|', 'baseline'],
  ])('%s', (_name, text, expected) => {
    expect(inserts(text)).toContain(expected);
  });

  test('words of the language come before signals that begin alike', () => {
    expect(inserts('queue_depth > 1 and av|')[0]).toBe('avg(');
  });

  test('signals of the kind that the expression is about come first', () => {
    const kinds = inserts('vram_used > 1GB and ut|').map((id) => SIGNALS.find((signal) => signal.id === id)?.kind);
    expect(kinds[0]).toBe('gpu');
    expect(kinds.indexOf('engine') === -1 || kinds.indexOf('engine') > kinds.lastIndexOf('gpu')).toBe(true);
  });

  test.each([
    ['nothing is typed', 'kv_cache_utilization > |'],
    ['a unit', 'ttft_p95 > 500m|'],
    ['a unit apart from its number', 'ttft_p95 > 5 s|'],
    ['a number', 'queue_depth > 10|'],
    ['the middle of a word', 'kv_ca|che'],
    ['a word that is complete', 'queue_depth|'],
    ['a word that nothing is like', 'xyzzy|'],
  ])('nothing for %s', (_name, text) => {
    expect(at(text)).toBeNull();
  });

  test.each([
    ['a number', 'queue_depth > 100 o|', ['or']],
    ['a number with its unit', 'ttft_p95 > 500 ms a|', ['and']],
    ['a share', 'kv_cache_utilization > 90% an|', ['and']],
    ['a bracket', '(queue_depth > 3) a|', ['and']],
    ['a signal', 'target_up a|', ['and']],
  ])('after %s only what joins conditions', (_name, text, expected) => {
    expect(inserts(text)).toEqual(expected);
  });

  test.each(['a|', 'queue_depth > a|', 'not a|', 'target_up and a|'])(
    'nothing joins where a value must stand: %s',
    (text) => {
      expect(inserts(text)).not.toContain('and');
    },
  );

  test('when asked, everything that may stand there', () => {
    expect(at('kv_cache_utilization > 90% and |', true)?.items.length).toBe(8);
  });

  test('every signal can be found by its id and means something', () => {
    for (const { id, unit } of SIGNALS) {
      const found = suggestionsAt(id.slice(0, -1), id.length - 1)?.items.some(({ insert }) => insert === id);
      expect(found, id).toBe(true);
      expect(compileRuleExpression(unit === 'bool' ? id : `${id} = ${id}`).ok, id).toBe(true);
    }
  });
});
