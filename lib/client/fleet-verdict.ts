import type { HealthState, Subject } from '#lib/api/subjects.ts';
import type { Target } from '#lib/api/targets.ts';
import { type Level, levelOf } from '#lib/client/band-level.ts';
import type { CurrentIndex } from '#lib/client/current-index.ts';
import { limitVerdicts } from '#lib/client/limit-words.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** One sentence of the fleet line. `href` leads to what it is about. */
export type Verdict = {
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  readonly href: string | null;
};

/** Sentences beyond this are summed up: the line must be read in seconds. */
const MAX_NAMED = 3;

/** A subject that answers: its numbers are of now. A frozen exporter answers, but not with numbers of now. */
const answers = (state: HealthState): boolean => state === 'ok';

/** What an engineer reads first: who answers, where the limits are nearest, who does not answer and why. */
export function fleetVerdicts(
  engines: readonly Subject[],
  gpus: readonly Subject[],
  current: CurrentIndex,
  targets: readonly Target[],
): readonly Verdict[] {
  // Names are short among their own kind.
  const names = new Map([...shortNames(engines), ...shortNames(gpus)]);
  const silent = [...engines, ...gpus].filter(({ health }) => !answers(health.state));
  const named = silent.slice(0, MAX_NAMED).map(
    (subject): Verdict => ({
      id: `silent-${subject.id}`,
      level: subject.health.state === 'down' ? 'danger' : 'unknown',
      text: `${names.get(subject.id)}: ${silence(subject)}`,
      href: pathOf(subject),
    }),
  );
  const mute = targets.filter(
    ({ subjects, health, paused }) => subjects.length === 0 && !paused && health.state !== 'ok',
  );
  const neverSeen = mute.slice(0, MAX_NAMED).map(
    (target): Verdict => ({
      id: `target-${target.id}`,
      level: target.health.state === 'down' ? 'danger' : 'unknown',
      text: `${target.name}: ${target.health.reason === '' ? 'nothing was found on it yet' : target.health.reason}`,
      href: `/targets/${target.id}`,
    }),
  );
  const more = silent.length - named.length + mute.length - neverSeen.length;
  const rest: Verdict[] =
    more > 0 ? [{ id: 'silent-more', level: 'unknown', text: `${more} more without present data`, href: null }] : [];
  return [
    ...countVerdict('engine', engines),
    ...countVerdict('GPU', gpus),
    ...limiting(engines, current, names),
    ...highest('kv_cache_utilization', 'KV cache highest', engines, current, names),
    ...highest('queue_depth', 'Longest queue', engines, current, names),
    ...highest('vram_utilization', 'VRAM highest', gpus, current, names),
    ...named,
    ...neverSeen,
    ...rest,
  ];
}

/** Only what limits: that nothing does is said by the numbers beside it, that it is unknown by who does not answer. */
function limiting(
  engines: readonly Subject[],
  current: CurrentIndex,
  names: ReadonlyMap<number, string>,
): readonly Verdict[] {
  return limitVerdicts(engines, current, names).filter(({ level }) => level === 'warning' || level === 'danger');
}

type AlertCounts = {
  readonly firing: number;
  readonly unacked: number;
  readonly bySeverity: Readonly<Record<string, number>>;
};

/** How many alerts fire and how many of them are nobody's; said first. Unknown counts say nothing. */
export function alertVerdicts(counts: AlertCounts | undefined): readonly Verdict[] {
  if (counts === undefined) return [];
  const { firing, unacked, bySeverity } = counts;
  if (firing === 0) return [{ id: 'alerts', level: 'safe', text: 'No alert fires', href: '/alerts' }];
  const critical = bySeverity.critical ?? 0;
  const level = unacked === 0 ? 'warning' : critical > 0 ? 'danger' : 'warning';
  const kinds = critical > 0 ? `, ${critical} critical` : '';
  const owned =
    unacked === 0 ? 'all are acknowledged' : unacked === firing ? 'nobody has them' : `${unacked} nobody has`;
  const text =
    firing === 1
      ? `1 alert fires${kinds}: ${unacked === 0 ? 'it is acknowledged' : 'nobody has it'}`
      : `${firing} alerts fire${kinds}: ${owned}`;
  return [{ id: 'alerts', level, text, href: '/alerts' }];
}

const pathOf = ({ kind, id }: Pick<Subject, 'kind' | 'id'>): string => `/${kind}s/${id}`;

function silence(subject: Subject): string {
  const { state, reason } = subject.health;
  const words: Record<HealthState, string> = {
    ok: 'answers',
    down: 'down',
    stale: 'stale',
    frozen: 'frozen',
    unknown: 'not polled yet',
  };
  return reason === '' || state === 'unknown' ? words[state] : reason;
}

function countVerdict(word: string, subjects: readonly Subject[]): readonly Verdict[] {
  if (subjects.length === 0) return [];
  const up = subjects.filter(({ health }) => answers(health.state)).length;
  const text =
    up === subjects.length
      ? `${subjects.length === 1 ? 'The' : 'All'} ${subjects.length === 1 ? '' : `${subjects.length} `}${word}${subjects.length === 1 ? ' answers' : 's answer'}`
      : `${up} of ${subjects.length} ${word}s answer`;
  const level: Level = up === subjects.length ? 'safe' : up === 0 ? 'danger' : 'warning';
  return [{ id: `count-${word}`, level, text, href: null }];
}

function highest(
  signalId: string,
  lead: string,
  subjects: readonly Subject[],
  current: CurrentIndex,
  names: ReadonlyMap<number, string>,
): readonly Verdict[] {
  let top: { subject: Subject; value: number } | null = null;
  for (const subject of subjects) {
    if (!answers(subject.health.state)) continue;
    const value = current.value(subject.id, signalId);
    if (value !== null && (top === null || value > top.value)) top = { subject, value };
  }
  const signal = findSignal(signalId);
  if (top === null || signal === undefined || top.value === 0) return [];
  const text = `${lead} ${formatValue(top.value, signal.unit)} on ${names.get(top.subject.id)}`;
  return [{ id: `highest-${signalId}`, level: levelOf(signalId, top.value), text, href: pathOf(top.subject) }];
}
