/** A part of a scenario's timeline with one constant load; the last phase may end at Infinity. */
export type Phase = {
  readonly name: string;
  readonly startS: number;
  readonly endS: number;
  /** Open loop: requests arrive at this rate, whatever the engine does. */
  readonly rps?: number;
  /** Closed loop: this many clients each wait for their answer and ask again. */
  readonly clients?: number;
  /** How fast the engine serves in this phase; 1 is its own speed, 0.9 is 10 % slower. */
  readonly speed?: number;
};

/** How arrivals of one rate are spaced: by a pacing load generator, at random, or in clumps (a smaller shape is clumpier). */
export type Spacing =
  | { readonly kind: 'regular' }
  | { readonly kind: 'poisson' }
  | { readonly kind: 'clumped'; readonly shape: number };

export type Load =
  | { readonly kind: 'phases'; readonly spacing: Spacing; readonly phases: readonly Phase[] }
  | {
      /** A rate that swings like a day and has a burst every now and then. */
      readonly kind: 'wave';
      readonly spacing: Spacing;
      readonly baseRps: number;
      /** Share of baseRps by which the rate swings up and down. */
      readonly swing: number;
      readonly periodS: number;
      readonly burst?: {
        readonly everyS: number;
        readonly offsetS: number;
        readonly lastsS: number;
        readonly multiplier: number;
      };
    };

export type LoadNow = { readonly rps: number; readonly clients: number; readonly speed: number };

/** The phase of a timeline at a time; before the first one, while a fleet warms up, it is the first. */
export function phaseAt(phases: readonly Phase[], timeS: number): Phase | undefined {
  const [first] = phases;
  if (first !== undefined && timeS < first.startS) return first;
  return phases.find((phase) => timeS >= phase.startS && timeS < phase.endS);
}

/** The load of this moment. `clients` is 0 in an open loop. */
export function loadAt(load: Load, timeS: number): LoadNow {
  if (load.kind === 'phases') {
    const phase = phaseAt(load.phases, timeS);
    return { rps: phase?.rps ?? 0, clients: phase?.clients ?? 0, speed: phase?.speed ?? 1 };
  }
  const swing = 1 + load.swing * Math.sin((2 * Math.PI * timeS) / load.periodS);
  const { burst } = load;
  const inBurst =
    burst !== undefined && (((timeS - burst.offsetS) % burst.everyS) + burst.everyS) % burst.everyS < burst.lastsS;
  return { rps: load.baseRps * swing * (inBurst ? burst.multiplier : 1), clients: 0, speed: 1 };
}

/** Multiples of an engine's usual load, one phase after the other, from `startS` on. */
export type PlayedLoad = { readonly startS: number; readonly phaseS: number; readonly multiples: readonly number[] };

/** After the last phase the usual load holds this long, so that a recovery can be seen. */
const QUIET_AFTER_S = 120;

/** The load of this moment while a burst is played: the engine's own swings and bursts pause until a while after it. */
export function playedLoadAt(load: Load, played: PlayedLoad | null, timeS: number): LoadNow {
  if (played === null || timeS < played.startS) return loadAt(load, timeS);
  const phase = Math.floor((timeS - played.startS) / played.phaseS);
  const endS = played.startS + played.multiples.length * played.phaseS;
  if (timeS >= endS + QUIET_AFTER_S) return loadAt(load, timeS);
  const usual = load.kind === 'wave' ? { rps: load.baseRps, clients: 0, speed: 1 } : loadAt(load, timeS);
  const multiple = played.multiples[phase] ?? 1;
  return { ...usual, rps: usual.rps * multiple, clients: Math.round(usual.clients * multiple) };
}
