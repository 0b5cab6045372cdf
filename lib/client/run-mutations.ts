import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { RunImport } from '#lib/api/run-import.ts';
import { type BatchInput, type BatchPatch, type RunInput, type RunPatch, RunSummary } from '#lib/api/runs.ts';
import { jsonBody, request } from '#lib/client/http.ts';

const refreshRuns = (client: QueryClient) => client.invalidateQueries({ queryKey: ['runs'] });

export type RunBody = z.input<typeof RunInput>;

/** Only the id is read: the page of the run asks for the rest. */
export const startRun = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (input: RunBody) => request(RunSummary.pick({ id: true }), '/runs', jsonBody('POST', input)),
    onSuccess: () => refreshRuns(client),
  });

/** A result file as it is; `query` says what to do with it. */
export const importRun = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ file, query }: { file: Blob; query: URLSearchParams }) =>
      request(RunImport, `/runs/import?${query}`, { method: 'POST', body: file }),
    onSuccess: ({ runId }) => (runId === null ? undefined : refreshRuns(client)),
  });

export const changeRun = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, patch }: { id: number; patch: RunPatch }) =>
      request(z.unknown(), `/runs/${id}`, jsonBody('PATCH', patch)),
    onSuccess: () => refreshRuns(client),
  });

export const beginBatch = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, input = {} }: { id: number; input?: z.input<typeof BatchInput> }) =>
      request(z.unknown(), `/runs/${id}/batches`, jsonBody('POST', input)),
    onSuccess: () => refreshRuns(client),
  });

export const changeBatch = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, number, patch }: { id: number; number: number; patch: BatchPatch }) =>
      request(z.unknown(), `/runs/${id}/batches/${number}`, jsonBody('PATCH', patch)),
    onSuccess: () => refreshRuns(client),
  });

export const finishRun = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(z.unknown(), `/runs/${id}/finish`, jsonBody('POST', {})),
    onSuccess: () => refreshRuns(client),
  });

export const deleteRunKey = (id: number) => ['delete-run', id] as const;

/** Its key tells the page of the run that it is gone: to ask for it again would be a 404 while the page is being left. */
export const deleteRun = (client: QueryClient, id: number) =>
  mutationOptions({
    mutationKey: deleteRunKey(id),
    mutationFn: () => request(z.unknown(), `/runs/${id}`, { method: 'DELETE' }),
    onSuccess: () => refreshRuns(client),
  });
