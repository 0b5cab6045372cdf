import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import {
  type MaintenanceInput,
  MaintenanceList,
  MaintenanceView,
  type SilenceInput,
  SilenceList,
  SilencePreview,
  SilenceView,
} from '#lib/api/silences.ts';
import { refreshAlerts } from '#lib/client/alert-mutations.ts';
import { jsonBody, request } from '#lib/client/http.ts';

export const silencesQuery = () =>
  queryOptions({
    queryKey: ['silences'],
    queryFn: ({ signal }) => request(SilenceList, '/silences', { signal }),
    refetchInterval: 10_000,
  });

/** What these matchers (as text) hit now and have hit in the last week. */
export const silencePreviewQuery = (matchers: string) =>
  queryOptions({
    queryKey: ['silence-preview', matchers],
    queryFn: ({ signal }) =>
      request(SilencePreview, '/silences/preview', { ...jsonBody('POST', { matchers }), signal }),
    enabled: matchers !== '',
    staleTime: 10_000,
    retry: 0,
  });

export const addSilence = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (input: z.input<typeof SilenceInput>) => request(SilenceView, '/silences', jsonBody('POST', input)),
    onSuccess: () => {
      void refreshAlerts(client);
    },
  });

export const endSilence = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(z.unknown(), `/silences/${id}`, { method: 'DELETE' }),
    onSuccess: () => {
      void refreshAlerts(client);
    },
  });

export const maintenanceQuery = () =>
  queryOptions({
    queryKey: ['maintenance'],
    queryFn: ({ signal }) => request(MaintenanceList, '/maintenance', { signal }),
    refetchInterval: 30_000,
  });

type MaintenanceBody = z.input<typeof MaintenanceInput>;

export const saveMaintenance = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, input }: { id: number | null; input: MaintenanceBody }) =>
      request(
        MaintenanceView,
        id === null ? '/maintenance' : `/maintenance/${id}`,
        jsonBody(id === null ? 'POST' : 'PATCH', input),
      ),
    onSuccess: () => {
      void refreshAlerts(client);
    },
  });

export const removeMaintenance = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(z.unknown(), `/maintenance/${id}`, { method: 'DELETE' }),
    onSuccess: () => {
      void refreshAlerts(client);
    },
  });
