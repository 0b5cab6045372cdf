/** `above cap`: the card could hold it, the cap forbids it. */
export const PREFLIGHT_VERDICTS = ['fits', 'above cap', 'does not fit'] as const;
export type PreflightVerdict = (typeof PREFLIGHT_VERDICTS)[number];

/** Report 000: "soft cap at 80% GPU utilization". */
export const REPORT_CAP = 0.8;

export type Load = {
  /** Bytes that one request of the batch takes, over all workers. */
  readonly bytesPerRequest: number;
  readonly cardBytes: number;
  /** 0..1 of the card. */
  readonly cap: number;
};

/**
 * Report 000's pre-flight rule: batch × tokens per request × bytes per token against the cap, then against the whole card.
 * Exactly the cap, or exactly the card, is still inside it, as in the report's `oom_at_limit`.
 */
export function preflightVerdict(batch: number, { bytesPerRequest, cardBytes, cap }: Load): PreflightVerdict {
  const needBytes = batch * bytesPerRequest;
  if (needBytes <= cap * cardBytes) return 'fits';
  return needBytes <= cardBytes ? 'above cap' : 'does not fit';
}

export type HalvingStep = { readonly batch: number; readonly needBytes: number; readonly verdict: PreflightVerdict };

/**
 * Report 000's recovery: half the batch until it fits under the cap. The first step is the batch itself; the last one fits,
 * unless not even a batch of 1 does.
 */
export function halvingSequence(batch: number, load: Load): readonly HalvingStep[] {
  const steps: HalvingStep[] = [];
  for (let size = batch; size >= 1; size = Math.floor(size / 2)) {
    const verdict = preflightVerdict(size, load);
    steps.push({ batch: size, needBytes: size * load.bytesPerRequest, verdict });
    if (verdict === 'fits') break;
  }
  return steps;
}

/** The batch that halving ends at; null when not even 1 fits. */
export function fittingStep(steps: readonly HalvingStep[]): HalvingStep | null {
  const last = steps.at(-1);
  return last?.verdict === 'fits' ? last : null;
}

/** The most parts of `partBytes` that fit into `roomBytes`, 0 when not even one does. Division alone can be off by one. */
export function mostThatFit(roomBytes: number, partBytes: number): number {
  const near = Math.max(0, Math.floor(roomBytes / partBytes));
  if (near > 0 && near * partBytes > roomBytes) return near - 1;
  return (near + 1) * partBytes <= roomBytes ? near + 1 : near;
}

/** The largest batch that the rule allows under the cap; 0 when not even 1 fits. */
export function largestBatch({ bytesPerRequest, cardBytes, cap }: Load): number {
  return mostThatFit(cap * cardBytes, bytesPerRequest);
}

const GB = 1024 ** 3;

/** Bytes as the report prints them: one decimal, and its GB is 2^30 bytes (65,536 tokens of 8 KiB are its 0.5 GB). */
export function reportGb(bytes: number): string {
  return `${(bytes / GB).toFixed(1)}GB`;
}

/** Report 000's error, word for word. */
export function outOfMemoryText(needBytes: number, availableBytes: number): string {
  return `CUDA out of memory: batch needs ${reportGb(needBytes)} but only ${reportGb(availableBytes)} available`;
}
