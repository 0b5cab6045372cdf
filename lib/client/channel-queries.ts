import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type ChannelInput, ChannelList, ChannelTest, ChannelView, DeliveryList } from '#lib/api/channels.ts';
import { jsonBody, request } from '#lib/client/http.ts';

export const channelsQuery = () =>
  queryOptions({
    queryKey: ['channels'],
    queryFn: ({ signal }) => request(ChannelList, '/channels', { signal }),
    refetchInterval: 10_000,
  });

/** Newest messages of one channel. */
export const deliveriesQuery = (channel: number) =>
  queryOptions({
    queryKey: ['deliveries', channel],
    queryFn: ({ signal }) => request(DeliveryList, `/channels/${channel}/deliveries`, { signal }),
    refetchInterval: 10_000,
  });

const refreshChannels = (client: QueryClient) =>
  Promise.all([['channels'], ['deliveries']].map((queryKey) => client.invalidateQueries({ queryKey })));

export type ChannelBody = z.input<typeof ChannelInput>;

export const addChannel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (input: ChannelBody) => request(ChannelView, '/channels', jsonBody('POST', input)),
    onSuccess: () => refreshChannels(client),
  });

export const changeChannel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, patch }: { id: number; patch: Readonly<Record<string, unknown>> }) =>
      request(ChannelView, `/channels/${id}`, jsonBody('PATCH', patch)),
    onSuccess: () => refreshChannels(client),
  });

export const deleteChannel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(z.unknown(), `/channels/${id}`, { method: 'DELETE' }),
    onSuccess: () => refreshChannels(client),
  });

/** Sends one real message; the answer is the receiver's own. */
export const testChannel = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: number) => request(ChannelTest, `/channels/${id}/test`, jsonBody('POST', {})),
    onSettled: () => refreshChannels(client),
  });
