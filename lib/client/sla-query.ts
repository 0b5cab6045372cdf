import { queryOptions } from '@tanstack/react-query';
import { SlaAnswer } from '#lib/api/sla.ts';
import { request } from '#lib/client/http.ts';

/** Budgets and days move slowly, and reading them is not for every poll. */
export const slaQuery = () =>
  queryOptions({
    queryKey: ['sla'],
    queryFn: ({ signal }) => request(SlaAnswer, '/sla', { signal }),
    refetchInterval: 15_000,
  });
