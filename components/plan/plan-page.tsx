'use client';

import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { usePageKeys } from '#components/frame/page-keys.ts';
import { PlanAnswer } from '#components/plan/plan-answer.tsx';
import { PlanBackground } from '#components/plan/plan-background.tsx';
import { PlanFigures } from '#components/plan/plan-figures.tsx';
import { PlanFormCard } from '#components/plan/plan-form.tsx';
import { PlanHalving } from '#components/plan/plan-halving.tsx';
import { PlanLive } from '#components/plan/plan-live.tsx';
import { PlanMemory } from '#components/plan/plan-memory.tsx';
import { memoryPicture } from '#components/plan/plan-memory-data.ts';
import { Notice } from '#components/ui/notice.tsx';
import { useRested } from '#lib/client/debounce.ts';
import { parsePlanForm, planQuestion, subjectOfPlace } from '#lib/client/plan-form.ts';
import { kvPlanQuery, modelsQuery, preflightQuery } from '#lib/client/plan-queries.ts';
import { subjectsQuery } from '#lib/client/queries.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Which batch fits: report 000's rule and the KV arithmetic, every number with its origin. What is asked is the URL. */
export function PlanPage() {
  const query = useSearchParams().toString();
  const form = useMemo(() => parsePlanForm(new URLSearchParams(query)), [query]);
  const { data: subjectList } = useQuery(subjectsQuery('all', 30_000));
  const { data: modelList } = useQuery(modelsQuery());
  const subjects = subjectList?.items ?? [];
  const models = modelList?.items ?? [];
  const subjectId = subjectOfPlace(form.place);
  const chosen = subjects.find(({ id }) => id === subjectId) ?? null;
  const engine = chosen?.kind === 'engine' ? chosen : null;
  // Until it is known what the subject is, nothing is asked about it.
  const isReady = subjectId === null || subjectList !== undefined;
  const { preflight, kv, plan } = usePlan(form, engine !== null, isReady);
  const [open, setOpen] = useUrlParam('numbers');
  const toggle = () => setOpen(open === 'open' ? null : 'open', 'replace');
  usePageKeys({ e: toggle, b: () => document.querySelector<HTMLInputElement>('[data-plan=batch]')?.select() });
  const memory = memoryPicture(preflight.data, plan.kv === null ? null : kv.data);
  const live = kv.data?.live ?? preflight.data?.live ?? null;
  const notes = plan.kv === null ? [] : (kv.data?.notes ?? []);
  const figures = { isOpen: open === 'open', onToggle: toggle };
  return (
    <>
      <PageHeader title="Planner" subtitle="Which batch fits, on which card, and why" />
      <PageBody>
        <PlanAnswer
          preflight={preflight.data}
          kv={plan.kv === null ? null : kv.data}
          isUnreadable={Object.keys(plan.errors).length > 0}
          isOld={preflight.isPlaceholderData || kv.isPlaceholderData}
          error={preflight.error ?? (plan.kv === null ? null : kv.error)}
          onRetry={() => void Promise.all([preflight.refetch(), kv.refetch()])}
        />
        <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[20rem_minmax(0,1fr)]">
          <PlanFormCard
            form={form}
            errors={plan.errors}
            subjects={subjects}
            models={models}
            engine={engine}
            live={live}
          />
          <div className="space-y-3">
            {memory !== null && <PlanMemory memory={memory} />}
            {notes.map((note) => (
              <Notice key={note} tone="info">
                {note}
              </Notice>
            ))}
            {preflight.data !== undefined && <PlanHalving answer={preflight.data} />}
            {preflight.data !== undefined && (
              <PlanFigures title="The pre-flight’s numbers" figures={preflight.data.figures} {...figures} />
            )}
            {plan.kv !== null && kv.data !== undefined && (
              <PlanFigures title="The KV cache’s numbers" figures={kv.data.figures} {...figures} />
            )}
            {live !== null && subjectId !== null && <PlanLive live={live} />}
          </div>
        </div>
        <PlanBackground form={form} models={models} />
      </PageBody>
    </>
  );
}

/** The answers to what the form asks; while a field cannot be read, the last ones. */
function usePlan(form: ReturnType<typeof parsePlanForm>, servesModel: boolean, isReady: boolean) {
  const rested = useRested(form);
  const now = useMemo(() => planQuestion(form, servesModel), [form, servesModel]);
  const asked = useMemo(() => planQuestion(rested, servesModel), [rested, servesModel]);
  const preflight = useQuery(preflightQuery(isReady ? asked.preflight : null));
  const kv = useQuery(kvPlanQuery(isReady ? asked.kv : null));
  return { preflight, kv, plan: now };
}
