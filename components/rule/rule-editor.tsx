'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { BacktestPanel } from '#components/rule/backtest-panel.tsx';
import { CheckResult } from '#components/rule/check-result.tsx';
import { ExpressionField } from '#components/rule/expression-field.tsx';
import { JudgeFields, RunbookFields } from '#components/rule/rule-fields.tsx';
import {
  EMPTY_RULE,
  type RuleErrors,
  type RuleForm,
  readRuleForm,
  ruleChangeOf,
  ruleFormOf,
  ruleProblemErrors,
} from '#components/rule/rule-form-state.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RuleCheck, RuleView } from '#lib/api/rules.ts';
import { useRested } from '#lib/client/debounce.ts';
import { toProblem } from '#lib/client/problem.ts';
import { addRule, changeRule, ruleCheckQuery } from '#lib/client/rule-queries.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

/** Change or add a rule, seeing at once what it means, what it gives now and what it would have done. */
export function RuleEditor({ rule }: { rule: RuleView | null }) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [form, setForm] = useState<RuleForm>(() => (rule === null ? EMPTY_RULE : ruleFormOf(rule)));
  const [formErrors, setFormErrors] = useState<RuleErrors>({});
  const add = useMutation(addRule(client));
  const change = useMutation(changeRule(client));
  const scope = form.scope === 'auto' ? null : form.scope;
  const main = useCheck(form.expr, scope);
  const literal = useCheck(form.literal, scope);
  const failed = [add.error, change.error].find((error) => error !== null);
  const errors: RuleErrors = { ...(failed === undefined ? {} : ruleProblemErrors(toProblem(failed))), ...formErrors };
  const isReadOnly = rule?.origin === 'file';
  const set = (patch: Partial<RuleForm>) => {
    setForm((before) => ({ ...before, ...patch }));
    setFormErrors({});
  };
  const busy = add.isPending || change.isPending;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.reset();
    change.reset();
    const result = readRuleForm(form);
    setFormErrors(result.ok ? {} : result.errors);
    if (!result.ok) return;
    if (rule === null) {
      add.mutate(result.body, {
        onSuccess: (made) => {
          toast(`${made.title} is on`);
          router.push(`/rules/${encodeURIComponent(made.id)}`);
        },
      });
      return;
    }
    const changes = ruleChangeOf(rule, result.body);
    if (Object.keys(changes).length === 0) return toast('Nothing was changed');
    change.mutate(
      { id: rule.id, change: { ...changes, version: rule.version } },
      { onSuccess: (made) => toast(`${made.title} is changed; it is judged so from the next poll on`) },
    );
  };
  return (
    <form onSubmit={onSubmit} noValidate className="flex flex-col gap-3 xl:grid xl:grid-cols-2 xl:items-start">
      <div className="contents xl:flex xl:flex-col xl:gap-3">
        <Card title="Condition" className="order-1">
          <div className="space-y-3 px-3 pb-3">
            {rule === null && <NameFields form={form} errors={errors} set={set} />}
            <ExpressionField
              label="Fires when"
              hint="kv_cache_utilization > 90%, avg(queue_depth, 5m) > 10 and requests_per_second < 74% of baseline"
              value={form.expr}
              onChange={(expr) => !isReadOnly && set({ expr })}
              errors={main.errors}
              fault={errors.expr}
            />
            <details open={form.literal !== ''}>
              <summary className="min-h-6">Literal form, for targets judged by what the reports print</summary>
              <div className="pt-2">
                <ExpressionField
                  label="Fires when, literally"
                  hint="Empty: the condition above holds everywhere"
                  value={form.literal}
                  onChange={(text) => !isReadOnly && set({ literal: text })}
                  errors={form.literal === '' ? [] : literal.errors}
                  fault={errors.literal}
                />
              </div>
            </details>
            <JudgeFields form={form} errors={errors} disabled={isReadOnly} set={set} isNew={rule === null} />
          </div>
        </Card>
        <Card title="What the person who is paged reads" className="order-4">
          <div className="px-3 pb-3">
            <RunbookFields form={form} errors={errors} disabled={isReadOnly} set={set} />
          </div>
        </Card>
      </div>
      <div className="contents xl:flex xl:flex-col xl:gap-3">
        <Card title="Right now" className="order-2">
          <div className="px-3 pb-3" aria-busy={main.isChecking}>
            {form.expr.trim() === '' && <p className="text-muted">Write a condition to see what it gives.</p>}
            {main.error !== null && <Notice tone="warning">{toProblem(main.error).detail}</Notice>}
            {form.expr.trim() !== '' && main.check !== undefined && <CheckResult check={main.check} />}
          </div>
        </Card>
        <div className="order-3">
          <BacktestPanel form={form} isReadable={main.check?.ok === true} />
        </div>
      </div>
      <div className="sticky bottom-0 z-10 order-5 flex flex-wrap items-center gap-2 rounded-t-lg border border-line bg-surface px-3 py-2 xl:col-span-2">
        {errors.form !== undefined && (
          <Notice tone="danger" className="min-w-0 flex-1">
            {errors.form}
          </Notice>
        )}
        {isReadOnly && <span className="text-muted">From headroom.yaml: change it there.</span>}
        {!isReadOnly && (
          <Button type="submit" variant="primary" className="ml-auto" disabled={busy || main.errors.length > 0}>
            {busy ? 'Saving…' : rule === null ? 'Add the rule' : 'Save'}
          </Button>
        )}
      </div>
    </form>
  );
}

const NO_ERRORS: RuleCheck['errors'] = [];

/** The server's reading of a condition, asked when typing rests. Errors of an older text are not shown on a newer one. */
function useCheck(expr: string, scope: RuleScope | null) {
  const rested = useRested(expr, 350);
  const query = useQuery({ ...ruleCheckQuery(rested, scope), enabled: rested.trim() !== '' });
  const isOfThis = rested === expr && query.data !== undefined;
  return {
    check: query.data,
    error: query.error,
    errors: isOfThis ? (query.data?.errors ?? NO_ERRORS) : NO_ERRORS,
    isChecking: query.isFetching || rested !== expr,
  };
}

function NameFields({
  form,
  errors,
  set,
}: {
  form: RuleForm;
  errors: RuleErrors;
  set: (patch: Partial<RuleForm>) => void;
}) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Title" hint="What the lock screen says first" error={errors.title}>
        {(attributes) => (
          <Input
            {...attributes}
            autoComplete="off"
            maxLength={200}
            value={form.title}
            onChange={(event) => {
              const title = event.target.value;
              const follows = form.id === '' || form.id === idOf(form.title);
              set({ title, ...(follows ? { id: idOf(title) } : {}) });
            }}
          />
        )}
      </Field>
      <Field label="Id" hint="Never changes: alerts and exports refer to it" error={errors.id}>
        {(attributes) => (
          <Input
            {...attributes}
            autoComplete="off"
            value={form.id}
            onChange={(event) => set({ id: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

/** `KV cache nearly full` -> `KvCacheNearlyFull` */
function idOf(title: string): string {
  return title
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (word[0] ?? '').toUpperCase() + word.slice(1).toLowerCase())
    .join('')
    .replace(/^[0-9]+/, '')
    .slice(0, 100);
}
