'use client';

import { FitMatrixCard } from '#components/plan/fit-matrix-card.tsx';
import { ModelsCard } from '#components/plan/models-card.tsx';
import { ReportCases } from '#components/plan/report-cases.tsx';
import { ReportKvCases } from '#components/plan/report-kv-cases.tsx';
import { ReportTables } from '#components/plan/report-tables.tsx';
import { Chip } from '#components/ui/chips.tsx';
import type { ModelView } from '#lib/api/plan.ts';
import type { PlanForm } from '#lib/client/plan-form.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

const PARTS = [
  { id: 'fit', title: 'Fit matrix (001)' },
  { id: 'preflight', title: 'Pre-flight cases (000)' },
  { id: 'kv', title: 'KV cases (002)' },
  { id: 'tables', title: 'Batch tables' },
  { id: 'models', title: 'Models' },
] as const;

/** What the reports say of batches and cards, beside the arithmetic, and the table of models. Which one is in the URL. */
export function PlanBackground({ form, models }: { form: PlanForm; models: readonly ModelView[] }) {
  const [wanted, show] = useUrlParam('show');
  const shown = PARTS.find(({ id }) => id === wanted)?.id ?? 'fit';
  return (
    <>
      <nav aria-label="Reports and models" className="flex flex-wrap gap-1.5 pt-2">
        {PARTS.map(({ id, title }) => (
          <Chip key={id} pressed={id === shown} onClick={() => show(id === 'fit' ? null : id, 'replace')}>
            {title}
          </Chip>
        ))}
      </nav>
      {shown === 'fit' && <FitMatrixCard form={form} />}
      {shown === 'preflight' && <ReportCases />}
      {shown === 'kv' && <ReportKvCases />}
      {shown === 'tables' && <ReportTables />}
      {shown === 'models' && <ModelsCard models={models} />}
    </>
  );
}
