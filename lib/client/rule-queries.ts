import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { Backtest, RuleCheck, RuleImport, type RuleInput, RuleList, type RulePatch, RuleView } from '#lib/api/rules.ts';
import { jsonBody, request } from '#lib/client/http.ts';
import type { RuleScope } from '#lib/rules/rule.ts';

export const rulesQuery = (refreshMs = 30_000) =>
  queryOptions({
    queryKey: ['rules'],
    queryFn: ({ signal }) => request(RuleList, '/rules', { signal }),
    refetchInterval: refreshMs,
    staleTime: 10_000,
  });

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['rules', id],
    queryFn: ({ signal }) => request(RuleView, `/rules/${encodeURIComponent(id)}`, { signal }),
  });

/** What an expression means and gives right now; asked again while the editor is open, since values move. */
export const ruleCheckQuery = (expr: string, scope: RuleScope | null) =>
  queryOptions({
    queryKey: ['rule-check', expr, scope],
    queryFn: ({ signal }) =>
      request(RuleCheck, '/rules/check', {
        ...jsonBody('POST', { expr, ...(scope === null ? {} : { scope }) }),
        signal,
      }),
    refetchInterval: 10_000,
    retry: 0,
  });

/** Thresholds on panels, badges and alerts follow from the rules. */
const refreshRules = (client: QueryClient) =>
  Promise.all([['rules'], ['alerts']].map((queryKey) => client.invalidateQueries({ queryKey })));

/** Numbers as milliseconds; the API also takes texts such as "5m". */
export type RuleBody = z.input<typeof RuleInput>;
export type RuleChange = z.input<typeof RulePatch>;

export const addRule = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (rule: RuleBody) => request(RuleView, '/rules', jsonBody('POST', rule)),
    onSuccess: () => refreshRules(client),
  });

export const changeRule = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, change }: { id: string; change: RuleChange }) =>
      request(RuleView, `/rules/${encodeURIComponent(id)}`, jsonBody('PATCH', change)),
    onSuccess: () => refreshRules(client),
  });

export const deleteRule = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: string) => request(z.unknown(), `/rules/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => refreshRules(client),
  });

export const backtestRule = () =>
  mutationOptions({
    mutationFn: (input: { rule: Partial<RuleBody> & { expr: string }; from: string; to: string }) =>
      request(Backtest, '/rules/backtest', jsonBody('POST', input)),
  });

export const importRules = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (input: { yaml: string; dryRun: boolean }) =>
      request(RuleImport, '/rules/import', jsonBody('POST', input)),
    onSuccess: (_answer, { dryRun }) => (dryRun ? undefined : refreshRules(client)),
  });

export const exportHref = (format: 'prometheus' | 'headroom', profile: 'relative' | 'literal' = 'relative'): string =>
  `/api/v1/rules/export?format=${format}&profile=${profile}`;
