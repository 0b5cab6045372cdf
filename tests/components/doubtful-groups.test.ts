import { describe, expect, it } from 'vitest';
import { countWords, doubtfulGroups } from '#components/panel/doubtful-groups.ts';
import type { HealthState, Subject } from '#lib/api/subjects.ts';

const subject = (id: number, target: number, state: HealthState): Subject => ({
  id,
  kind: 'engine',
  name: `e${id}`,
  target: { id: target, name: `t${target}` },
  labels: {},
  attributes: {},
  links: [],
  health: { state, reason: state, lastSampleMs: null },
  latest: {},
  baselineRps: null,
});

describe('an outage of many engines', () => {
  const subjects = [
    subject(1, 1, 'ok'),
    subject(2, 2, 'frozen'),
    ...Array.from({ length: 256 }, (_, i) => subject(10 + i, 3, 'down')),
    subject(3, 2, 'frozen'),
    subject(4, 2, 'stale'),
  ];
  const groups = doubtfulGroups(subjects);
  it('is a line for each target and state, worst first', () =>
    expect(groups.map(({ state, target, subjects: of }) => [state, target.name, of.length])).toEqual([
      ['down', 't3', 256],
      ['frozen', 't2', 2],
      ['stale', 't2', 1],
    ]));
  it('is summed up in words', () => expect(countWords(groups)).toBe('256 down, 2 frozen, 1 stale'));
  it('is nothing where all is well', () => expect(doubtfulGroups(subjects.slice(0, 1))).toEqual([]));
});
