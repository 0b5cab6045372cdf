import { keepPreviousData, mutationOptions, type QueryClient, queryOptions, skipToken } from '@tanstack/react-query';
import { z } from 'zod';
import {
  KvAnswer,
  type KvBody,
  type ModelInput,
  ModelList,
  ModelView,
  PreflightAnswer,
  type PreflightBody,
} from '#lib/api/plan.ts';
import { jsonBody, request } from '#lib/client/http.ts';

/** Of a live engine or GPU the answer follows what is read; else it stays. */
const pace = (body: { place: object } | null): number | false =>
  body !== null && 'subject' in body.place ? 10_000 : false;

/** null asks nothing. */
export const preflightQuery = (body: z.input<typeof PreflightBody> | null) =>
  queryOptions({
    queryKey: ['plan', 'preflight', body],
    queryFn:
      body === null
        ? skipToken
        : ({ signal }) => request(PreflightAnswer, '/plan/preflight', { ...jsonBody('POST', body), signal }),
    placeholderData: keepPreviousData,
    refetchInterval: pace(body),
    retry: 0,
  });

/** null asks nothing. */
export const kvPlanQuery = (body: z.input<typeof KvBody> | null) =>
  queryOptions({
    queryKey: ['plan', 'kv', body],
    queryFn:
      body === null ? skipToken : ({ signal }) => request(KvAnswer, '/plan/kv', { ...jsonBody('POST', body), signal }),
    placeholderData: keepPreviousData,
    refetchInterval: pace(body),
    retry: 0,
  });

export const modelsQuery = () =>
  queryOptions({
    queryKey: ['plan-models'],
    queryFn: ({ signal }) => request(ModelList, '/plan/models', { signal }),
    staleTime: 30_000,
  });

const refreshModels = async (client: QueryClient) => {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['plan-models'] }),
    client.invalidateQueries({ queryKey: ['plan'] }),
  ]);
};

export const saveModel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ ownId, input }: { ownId: number | null; input: z.input<typeof ModelInput> }) =>
      request(
        ModelView,
        ownId === null ? '/plan/models' : `/plan/models/${ownId}`,
        jsonBody(ownId === null ? 'POST' : 'PATCH', input),
      ),
    onSuccess: () => refreshModels(client),
  });

export const removeModel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (ownId: number) => request(z.unknown(), `/plan/models/${ownId}`, { method: 'DELETE' }),
    onSuccess: () => refreshModels(client),
  });
