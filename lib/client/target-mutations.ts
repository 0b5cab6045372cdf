import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { Target, type TargetInput, type TargetPatch, TargetTest } from '#lib/api/targets.ts';
import { jsonBody, request } from '#lib/client/http.ts';

/** The targets, their subjects and the demo flag all follow from a changed target. */
async function refreshAfterChange(client: QueryClient): Promise<void> {
  await Promise.all(
    [['targets'], ['subjects'], ['health'], ['current']].map((queryKey) => client.invalidateQueries({ queryKey })),
  );
}

export const addTarget = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (input: TargetInput) => request(Target, '/targets', jsonBody('POST', input)),
    onSuccess: () => refreshAfterChange(client),
  });

export const changeTarget = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, patch }: { id: number; patch: TargetPatch }) =>
      request(Target, `/targets/${id}`, jsonBody('PATCH', patch)),
    onSuccess: () => refreshAfterChange(client),
  });

export const deleteTarget = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(z.unknown(), `/targets/${id}`, { method: 'DELETE' }),
    onSuccess: () => refreshAfterChange(client),
  });

/** One poll, nothing stored. */
export const testTarget = () =>
  mutationOptions({
    mutationFn: (input: TargetInput) => request(TargetTest, '/targets/test', jsonBody('POST', input)),
  });
