import { PanelError } from '#components/panel/panel-states.tsx';
import { VERDICT_SHAPES } from '#components/plan/plan-verdict.tsx';
import { Shape } from '#components/status/shape.tsx';
import { cx } from '#components/ui/class-names.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { KvAnswer, PreflightAnswer } from '#lib/api/plan.ts';
import { type PlanVerdict, VERDICT_WORDS, worstVerdict } from '#lib/client/plan-words.ts';

type PlanAnswerProps = {
  readonly preflight: PreflightAnswer | undefined;
  /** null: not asked, because no model is named. */
  readonly kv: KvAnswer | undefined | null;
  /** A number of the form cannot be read. */
  readonly isUnreadable: boolean;
  /** Another answer is on its way. */
  readonly isOld: boolean;
  readonly error: unknown;
  readonly onRetry: () => void;
};

/** The answer in sentences, the worst of the two as the word above. */
export function PlanAnswer({ preflight, kv, isUnreadable, isOld, error, onRetry }: PlanAnswerProps) {
  const answers = [preflight, kv].filter((answer) => answer !== undefined && answer !== null);
  const verdicts: readonly PlanVerdict[] = answers.map((answer) => answer.verdict);
  const verdict = worstVerdict(preflight?.fitsNow === false ? [...verdicts, 'not now'] : verdicts);
  const isEmpty = answers.length === 0;
  return (
    <section aria-label="Answer" className="rounded-lg border border-line bg-surface px-4 py-3">
      {error !== null && <PanelError error={error} onRetry={onRetry} keepsData={!isEmpty} />}
      {isUnreadable && <p>A number in the form cannot be read{isEmpty ? '.' : ': this is the answer before it.'}</p>}
      {isEmpty && !isUnreadable && error === null && <Skeleton className="h-16" />}
      {!isEmpty && (
        <div role="status" className={cx((isOld || isUnreadable) && 'opacity-60')}>
          <p className="flex items-center gap-2 text-lg font-semibold">
            <Shape name={VERDICT_SHAPES[verdict]} size={16} />
            {VERDICT_WORDS[verdict]}
          </p>
          {preflight !== undefined && <Answer title="Pre-flight" answer={preflight} />}
          {preflight?.notes.map((note) => (
            <p key={note} className="mt-1">
              {note}
            </p>
          ))}
          {kv !== undefined && kv !== null && <Answer title="KV cache" answer={kv} />}
          {kv === null && (
            <p className="mt-1 text-muted">
              Report 000’s rule counts nothing but the batch. Name a model, or choose a live engine, and weights,
              activations and the KV cache are counted too.
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function Answer({ title, answer }: { title: string; answer: PreflightAnswer | KvAnswer }) {
  return (
    <p className="mt-1 text-base [overflow-wrap:anywhere]">
      <Shape name={VERDICT_SHAPES[answer.verdict]} className="mr-2 inline-block" />
      <span className="text-muted">{title}: </span>
      {answer.sentence}
    </p>
  );
}
