import { describe, expect, test } from 'vitest';
import { learnBaseline } from '#lib/detect/baseline.ts';
import { type EngineMinute, phasesOf } from '#lib/detect/engine-phase.ts';
import { learnPhases } from '#lib/detect/phase-baseline.ts';
import { warmSlowdown } from '#lib/detect/warm-slowdown.ts';

const MINUTE_MS = 60_000;
const START_MS = 1_800_000_000_000;

type Work = {
  readonly running?: number;
  readonly perTokenS?: number;
  readonly prompt?: number;
  readonly restarted?: boolean;
};

/** A minute in which so many requests ran and each waited so long for a token; none ran: idle. */
function minute(
  at: number,
  { running = 8, perTokenS = 0.02, prompt = 10, restarted = false }: Work = {},
): EngineMinute {
  const tokensPerSecond = running / perTokenS;
  return {
    ...{ atMs: START_MS + at * MINUTE_MS, finishedPerSecond: tokensPerSecond / 100, runningMean: running },
    ...{ waitingMax: 0, tokensPerSecond, promptTokensPerSecond: tokensPerSecond * prompt, restarted },
  };
}

const stretch = (from: number, count: number, work: Work = {}): EngineMinute[] =>
  Array.from({ length: count }, (_, i) => minute(from + i, work));
const nowAfter = (minutes: readonly EngineMinute[]): number => (minutes.at(-1)?.atMs ?? 0) + MINUTE_MS;

describe('phases', () => {
  const idle = { running: 0 };

  test('the first ten minutes of work after a start are cold, however long it was idle between', () => {
    const minutes = [minute(0, { running: 0, restarted: true }), ...stretch(1, 5, idle), ...stretch(6, 12)];
    const expected = [...Array(6).fill('idle'), ...Array(10).fill('cold'), 'warm', 'warm'];
    expect(phasesOf(minutes)).toEqual(expected);
  });

  test('half an hour of rest makes it cold again, a shorter one does not', () => {
    const short = [...stretch(0, 3), ...stretch(3, 29, idle), ...stretch(32, 2)];
    expect(phasesOf(short).slice(-2)).toEqual(['warm', 'warm']);
    const long = [...stretch(0, 3), ...stretch(3, 30, idle), ...stretch(33, 2)];
    expect(phasesOf(long).slice(-2)).toEqual(['cold', 'cold']);
  });

  test('time without minutes is rest: nobody saw work in it', () => {
    expect(phasesOf([...stretch(0, 3), ...stretch(40, 1)]).at(-1)).toBe('cold');
  });
});

test('each phase has its own usual, with the minutes it comes from', () => {
  const minutes = [
    minute(0, { restarted: true, perTokenS: 0.04 }),
    ...stretch(1, 9, { perTokenS: 0.04 }),
    ...stretch(10, 50),
    ...stretch(60, 20, { running: 0 }),
  ];
  const [cold, warm, idle] = learnPhases(minutes);
  expect(cold).toMatchObject({ phase: 'cold', minutes: 10, secondsPerToken: { middle: 0.04 } });
  expect(warm).toMatchObject({ phase: 'warm', minutes: 50, secondsPerToken: { middle: 0.02, low: 0.02, high: 0.02 } });
  expect(warm).toMatchObject({ fromMs: START_MS + 10 * MINUTE_MS, toMs: START_MS + 60 * MINUTE_MS });
  expect(idle).toMatchObject({ phase: 'idle', minutes: 20, secondsPerToken: null });
});

test('cold minutes are no part of the baseline', () => {
  const minutes = [
    minute(0, { restarted: true, perTokenS: 0.2 }),
    ...stretch(1, 9, { perTokenS: 0.2 }),
    ...stretch(10, 60),
  ];
  expect(learnBaseline(minutes, nowAfter(minutes) + 20 * MINUTE_MS)).toEqual({ rps: 4, minutes: 60 });
});

describe('slower than after its own warm-up', () => {
  const life = (...rest: EngineMinute[][]): EngineMinute[] => [
    minute(0, { restarted: true }),
    ...stretch(1, 9),
    ...stretch(10, 60),
    ...rest.flat(),
  ];

  test('a warm engine that takes 2.5 times as long per token at equal load', () => {
    const minutes = life(stretch(70, 100), stretch(170, 20, { perTokenS: 0.05 }));
    const slowdown = warmSlowdown(minutes, null, nowAfter(minutes));
    expect(slowdown.times).toBeCloseTo(2.5, 6);
    expect(slowdown.reference).toMatchObject({ minutes: 60, fromMs: START_MS + 10 * MINUTE_MS });
  });

  test('more load that makes every token slower is no slowdown: only equal load is compared', () => {
    const minutes = life(stretch(70, 100), stretch(170, 20, { running: 64, perTokenS: 0.05 }));
    expect(warmSlowdown(minutes, null, nowAfter(minutes))).toMatchObject({ times: null });
  });

  test('the reference is kept when its minutes are gone, and dropped by a restart', () => {
    const first = life(stretch(70, 40));
    const { reference } = warmSlowdown(first, null, nowAfter(first));
    const later = stretch(20_000, 30, { perTokenS: 0.03 });
    expect(warmSlowdown(later, reference, nowAfter(later)).times).toBeCloseTo(1.5, 6);
    const anew = [minute(30_000, { restarted: true }), ...stretch(30_001, 25, { perTokenS: 0.03 })];
    expect(warmSlowdown(anew, reference, nowAfter(anew))).toMatchObject({ times: null, reference: { minutes: 16 } });
  });

  test.each([
    ['idle now', stretch(170, 20, { running: 0 }), 'too little work'],
    ['prompts of another length', stretch(170, 20, { perTokenS: 0.05, prompt: 40 }), 'another length'],
  ])('%s is not known', (_, newest, reason) => {
    const minutes = life(stretch(70, 100), newest);
    const slowdown = warmSlowdown(minutes, null, nowAfter(minutes));
    expect(slowdown.times).toBeNull();
    expect(slowdown.reason).toContain(reason);
  });
});
