import { type ApiBatch, hasEnded } from '#lib/runs/api-batch.ts';
import type { ReportedCounts } from '#lib/runs/batch-figures.ts';
import type { BatchState } from '#lib/runs/run.ts';

/** Batches this close to each other are one run; one that is not listed for this long is given up. */
export const RUN_GAP_MS = 30 * 60_000;
/** What ended longer ago when a batch API is first seen is not taken in: no sample tells of it. */
export const IMPORT_MS = 24 * 3_600_000;
/** A queue that never rests would be one endless run. */
export const MAX_BATCHES_A_RUN = 200;

/** What is kept of a batch. */
export type BatchFacts = {
  readonly state: BatchState;
  readonly stateWord: string | null;
  readonly submittedMs: number | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly reported: ReportedCounts;
};

export type KnownBatch = BatchFacts & {
  readonly runId: number;
  readonly number: number;
  readonly externalId: string;
  readonly lastSeenMs: number;
};

/** A run of this batch API that has not finished. */
export type OpenRun = {
  readonly id: number;
  readonly startedMs: number;
  readonly batchCount: number;
  readonly lastNumber: number;
  /** Its batches by their ends; null is one that has not ended. */
  readonly ends: ReadonlyMap<number, number | null>;
};

export type BatchChange = { readonly known: KnownBatch; readonly facts: BatchFacts };
export type NewApiBatch = { readonly externalId: string; readonly name: string; readonly facts: BatchFacts };
/** New batches of one run, in order. `runId` null: of a run that begins with them. */
export type NewBatches = {
  readonly runId: number | null;
  readonly startedMs: number;
  readonly firstNumber: number;
  readonly batches: readonly NewApiBatch[];
  /** Set where the run is over by now. */
  readonly finishedMs: number | null;
};

export type Placement = {
  readonly changes: readonly BatchChange[];
  readonly added: readonly NewBatches[];
  /** Open runs whose batches have all ended long enough ago. */
  readonly finished: readonly { readonly runId: number; readonly finishedMs: number }[];
};

export type Listed = {
  readonly nowMs: number;
  readonly batches: readonly ApiBatch[];
  /** Stored batches of this batch API: those that are listed, and those of open runs. */
  readonly known: readonly KnownBatch[];
  /** Oldest first. */
  readonly openRuns: readonly OpenRun[];
};

/** What a poll of a batch API changes: batches that moved on, new ones with the run that each belongs to, runs that are over. */
export function placeBatches({ nowMs, batches, known, openRuns }: Listed): Placement {
  const stored = new Map(known.map((batch) => [batch.externalId, batch]));
  const changes: BatchChange[] = [];
  const fresh: NewApiBatch[] = [];
  for (const batch of batches) {
    const before = stored.get(batch.externalId) ?? null;
    const facts = factsOf(batch, before, nowMs);
    if (before !== null && facts !== null && !isSame(before, facts)) changes.push({ known: before, facts });
    if (before === null && facts !== null && !isOld(facts, nowMs))
      fresh.push({ externalId: batch.externalId, name: batch.name ?? batch.externalId, facts });
  }
  const listed = new Set(batches.map((batch) => batch.externalId));
  changes.push(...lostOf(known, listed, nowMs));
  const moved = openRuns.map((run) => withChanges(run, changes));
  const added = groupNew(moved.at(-1) ?? null, fresh, nowMs);
  const joined = new Set(added.map((group) => group.runId));
  const finished = moved.flatMap((run) => {
    const finishedMs = joined.has(run.id) ? null : overSince([...run.ends.values()], nowMs);
    return finishedMs === null ? [] : [{ runId: run.id, finishedMs }];
  });
  return { changes, added, finished };
}

/** null: it ended some time before it was first seen, and nobody says when. */
function factsOf(batch: ApiBatch, before: KnownBatch | null, nowMs: number): BatchFacts | null {
  const past = (ms: number | null): number | null => (ms === null ? null : Math.min(ms, nowMs));
  const submittedMs = past(batch.createdMs) ?? before?.submittedMs ?? null;
  const startedMs = past(batch.startedMs) ?? startOf(batch, before, submittedMs, nowMs);
  const ended = past(batch.endedMs) ?? before?.endedMs ?? (before === null ? null : nowMs);
  if (hasEnded(batch) && ended === null) return null;
  return {
    state: batch.state,
    stateWord: batch.stateWord,
    submittedMs: submittedMs === null ? null : Math.min(submittedMs, startedMs),
    startedMs,
    endedMs: hasEnded(batch) && ended !== null ? Math.max(ended, startedMs) : null,
    reported: { ...before?.reported, ...reportOf(batch) },
  };
}

/** Of a server that does not say when a batch began: when it was first seen to run, else when it was created. */
function startOf(batch: ApiBatch, before: KnownBatch | null, submittedMs: number | null, nowMs: number): number {
  if (before === null) return submittedMs ?? nowMs;
  return before.state === 'waiting' && batch.state === 'running' ? nowMs : before.startedMs;
}

function reportOf(batch: ApiBatch): ReportedCounts {
  const { total, completed, failed, promptTokens, completionTokens, cachedTokens } = batch;
  const counts = Object.entries({ total, completed, failed, promptTokens, completionTokens, cachedTokens });
  const errors = Object.keys(batch.errors).length === 0 ? {} : { errors: batch.errors };
  return { ...Object.fromEntries(counts.filter(([, count]) => count !== null)), ...errors };
}

function isSame(
  before: BatchFacts,
  { state, stateWord, submittedMs, startedMs, endedMs, reported }: BatchFacts,
): boolean {
  return (
    before.state === state &&
    before.stateWord === stateWord &&
    before.submittedMs === submittedMs &&
    before.startedMs === startedMs &&
    before.endedMs === endedMs &&
    sorted(before.reported) === sorted(reported)
  );
}

const sorted = (reported: ReportedCounts): string =>
  JSON.stringify(
    Object.entries(reported)
      .map(([key, value]) => [key, typeof value === 'object' ? Object.entries(value).sort() : value])
      .sort(),
  );

const isOld = ({ endedMs }: BatchFacts, nowMs: number): boolean => endedMs !== null && endedMs < nowMs - IMPORT_MS;

/** Batches that ran and are not listed any more: they were deleted, or fell off the end of the list. */
function lostOf(known: readonly KnownBatch[], listed: ReadonlySet<string>, nowMs: number): BatchChange[] {
  const lost = known.filter(
    (batch) => batch.endedMs === null && !listed.has(batch.externalId) && batch.lastSeenMs <= nowMs - RUN_GAP_MS,
  );
  return lost.map((batch) => {
    const { submittedMs, startedMs, reported, lastSeenMs } = batch;
    const endedMs = Math.max(lastSeenMs, startedMs);
    const facts = {
      state: 'unknown',
      stateWord: 'no longer listed',
      submittedMs,
      startedMs,
      endedMs,
      reported,
    } as const;
    return { known: batch, facts };
  });
}

function withChanges(run: OpenRun, changes: readonly BatchChange[]): OpenRun {
  const own = changes.filter(({ known }) => known.runId === run.id);
  const ends = new Map([...run.ends, ...own.map(({ known, facts }) => [known.number, facts.endedMs] as const)]);
  const startedMs = Math.min(run.startedMs, ...own.map(({ facts }) => facts.startedMs));
  return { ...run, ends, startedMs };
}

/** When all have ended long enough ago: the last end; else null. */
function overSince(ends: readonly (number | null)[], nowMs: number): number | null {
  const known = ends.filter((end) => end !== null);
  if (known.length < ends.length || known.length === 0) return null;
  const lastMs = Math.max(...known);
  return nowMs >= lastMs + RUN_GAP_MS ? lastMs : null;
}

type Chain = { run: OpenRun | null; startMs: number; lastMs: number; batches: NewApiBatch[] };

/** Chains of batches that begin at most half an hour after all before them have ended; the open run is a link of its chain. */
function groupNew(open: OpenRun | null, fresh: readonly NewApiBatch[], nowMs: number): readonly NewBatches[] {
  const links: Chain[] = fresh.map((batch) => {
    const { startedMs, endedMs } = batch.facts;
    return { run: null, startMs: startedMs, lastMs: endedMs ?? Number.POSITIVE_INFINITY, batches: [batch] };
  });
  if (open !== null)
    links.push({ run: open, startMs: open.startedMs, lastMs: lastEnd([...open.ends.values()]), batches: [] });
  const chains: Chain[] = [];
  for (const link of links.toSorted((a, b) => a.startMs - b.startMs)) {
    const chain = chains.at(-1);
    if (chain === undefined || link.startMs > chain.lastMs + RUN_GAP_MS || isFull(chain, link)) {
      chains.push(link);
      continue;
    }
    chain.run ??= link.run;
    chain.lastMs = Math.max(chain.lastMs, link.lastMs);
    chain.batches.push(...link.batches);
  }
  return chains.flatMap((chain) => (chain.batches.length === 0 ? [] : [toGroup(chain, nowMs)]));
}

function isFull(chain: Chain, link: Chain): boolean {
  const count = (of: Chain): number => of.batches.length + (of.run?.batchCount ?? 0);
  return count(chain) + count(link) > MAX_BATCHES_A_RUN;
}

function toGroup({ run, startMs, batches }: Chain, nowMs: number): NewBatches {
  const ends = [...(run?.ends.values() ?? []), ...batches.map((batch) => batch.facts.endedMs)];
  return {
    runId: run?.id ?? null,
    startedMs: startMs,
    firstNumber: (run?.lastNumber ?? 0) + 1,
    batches,
    finishedMs: overSince(ends, nowMs),
  };
}

function lastEnd(ends: readonly (number | null)[]): number {
  return ends.some((end) => end === null) ? Number.POSITIVE_INFINITY : Math.max(0, ...ends.map((end) => end ?? 0));
}
