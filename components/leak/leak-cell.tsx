import { LeakStatus } from '#components/leak/leak-status.tsx';
import type { CurrentValue } from '#lib/api/series.ts';
import { LEAK_VERDICTS } from '#lib/detect/leak-judgement.ts';
import { codeOfWord } from '#lib/metrics/unit.ts';

/** The verdict's shape and word, or why there is none. */
export function LeakCell({ item }: { item: CurrentValue | undefined }) {
  const verdict = LEAK_VERDICTS.find((word) => item?.value === codeOfWord('leak_verdict', word));
  if (verdict !== undefined) return <LeakStatus verdict={verdict} />;
  const reason = item?.reason || 'no data';
  return (
    <span className="text-muted" title={reason}>
      –<span className="sr-only"> {reason}</span>
    </span>
  );
}
