import { z } from 'zod';
import { DeliveryView } from '#lib/api/alerts.ts';
import { BaselineView } from '#lib/api/baseline.ts';
import { BurstDetail, BurstList, BurstsQuery } from '#lib/api/bursts.ts';
import {
  ChannelInput,
  ChannelList,
  ChannelPatch,
  ChannelTest,
  ChannelView,
  DeliveriesQuery,
  DeliveryList,
} from '#lib/api/channels.ts';
import { MemoryView } from '#lib/api/memory.ts';
import { Notification } from '#lib/api/notification.ts';
import { ALERT_OPERATIONS } from '#lib/api/openapi-alerts.ts';
import { PLAN_OPERATIONS } from '#lib/api/openapi-plan.ts';
import { RULE_OPERATIONS } from '#lib/api/openapi-rules.ts';
import { RUN_OPERATIONS } from '#lib/api/openapi-runs.ts';
import { Problem } from '#lib/api/problem.ts';
import { CurrentAnswer, CurrentQuery, SeriesAnswer, SeriesQuery } from '#lib/api/series.ts';
import { SlaAnswer } from '#lib/api/sla.ts';
import { Subject, SubjectList, SubjectsQuery } from '#lib/api/subjects.ts';
import { Health, SignalList } from '#lib/api/system.ts';
import { TargetDetail, TargetInput, TargetList, TargetPatch, TargetTest } from '#lib/api/targets.ts';

export type Operation = {
  readonly path: string;
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
  readonly status?: number;
};

const OPERATIONS: readonly Operation[] = [
  { path: '/health', method: 'get', summary: 'State of every part; 503 when one fails', answer: Health },
  { path: '/signals', method: 'get', summary: 'The signal catalog', answer: SignalList },
  {
    path: '/subjects',
    method: 'get',
    summary: 'Engines and GPUs with health, links and latest values',
    query: SubjectsQuery,
    answer: SubjectList,
  },
  { path: '/subjects/{id}', method: 'get', summary: 'One engine or GPU', answer: Subject },
  {
    path: '/subjects/{id}/memory',
    method: 'get',
    summary: "The leak verdict on a GPU's memory, or an engine's host memory, with its evidence",
    answer: MemoryView,
  },
  {
    path: '/subjects/{id}/baseline',
    method: 'get',
    summary: 'What is usual of an engine by phase, with the evidence, and its speed against its own after warm-up',
    answer: BaselineView,
  },
  {
    path: '/series',
    method: 'get',
    summary: 'Signals over time; gaps are null',
    query: SeriesQuery,
    answer: SeriesAnswer,
  },
  {
    path: '/current',
    method: 'get',
    summary: 'Latest value of each signal per subject',
    query: CurrentQuery,
    answer: CurrentAnswer,
  },
  {
    path: '/sla',
    method: 'get',
    summary:
      'What is promised of each engine, how it was kept, what is left of its error budget; batches that are open',
    answer: SlaAnswer,
  },
  {
    path: '/bursts',
    method: 'get',
    summary: 'Bursts of requests, newest first',
    query: BurstsQuery,
    answer: BurstList,
  },
  { path: '/bursts/{id}', method: 'get', summary: 'One burst with its polls', answer: BurstDetail },
  { path: '/targets', method: 'get', summary: 'What is polled, with scrape health', answer: TargetList },
  { path: '/targets', method: 'post', summary: 'Add a target', body: TargetInput, answer: TargetDetail, status: 201 },
  {
    path: '/targets/test',
    method: 'post',
    summary: 'Poll once and show what was recognised; nothing is stored',
    body: TargetInput,
    answer: TargetTest,
  },
  { path: '/targets/{id}', method: 'get', summary: 'One target with its newest polls', answer: TargetDetail },
  { path: '/targets/{id}', method: 'patch', summary: 'Change a target', body: TargetPatch, answer: TargetDetail },
  { path: '/targets/{id}', method: 'delete', summary: 'Stop polling; history stays', status: 204 },
  { path: '/channels', method: 'get', summary: 'Where notifications go, and how that goes', answer: ChannelList },
  {
    path: '/channels',
    method: 'post',
    summary: 'Add a channel; secrets never come back',
    body: ChannelInput,
    answer: ChannelView,
    status: 201,
  },
  { path: '/channels/{id}', method: 'get', summary: 'One channel', answer: ChannelView },
  {
    path: '/channels/{id}',
    method: 'patch',
    summary: 'Change a channel; what is not named stays, a secret that is null is forgotten',
    body: ChannelPatch,
    answer: ChannelView,
  },
  { path: '/channels/{id}', method: 'delete', summary: 'Remove a channel; its history stays', status: 204 },
  {
    path: '/channels/{id}/test',
    method: 'post',
    summary: "Send a test message and show the receiver's real answer",
    answer: ChannelTest,
  },
  {
    path: '/channels/{id}/deliveries',
    method: 'get',
    summary: 'What was sent to a channel, newest first',
    query: DeliveriesQuery,
    answer: DeliveryList,
  },
  {
    path: '/deliveries/{id}/retry',
    method: 'post',
    summary: 'Send a dead letter again, under its old id',
    answer: DeliveryView,
  },
  ...ALERT_OPERATIONS,
  ...RULE_OPERATIONS,
  ...RUN_OPERATIONS,
  ...PLAN_OPERATIONS,
  { path: '/events', method: 'get', summary: 'Server-sent hints that something changed' },
];

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): object =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });

/** OpenAPI 3.1, made from the same zod schemas that the routes check with. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headroom',
      version,
      description: 'Watches GPU inference. Times are epoch milliseconds, unknown is null.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    webhooks: {
      notification: {
        post: {
          summary:
            'What a webhook channel gets, beside sentAtMs. Headroom-Signature: t=SECONDS,v1=HMAC-SHA256 of SECONDS.BODY',
          requestBody: { content: { 'application/json': { schema: toSchema(Notification, 'output') } } },
          responses: { '2XX': { description: 'taken' } },
        },
      },
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function describeOperation(operation: Operation): object {
  const problem = { 'application/problem+json': { schema: toSchema(Problem, 'output') } };
  const status = String(operation.status ?? 200);
  const content =
    operation.answer === undefined
      ? {}
      : { content: { 'application/json': { schema: toSchema(operation.answer, 'output') } } };
  return {
    summary: operation.summary,
    parameters: [...pathParameters(operation.path), ...queryParameters(operation.query)],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(operation.body, 'input') } },
          },
        }),
    responses: {
      [status]: { description: operation.summary, ...content },
      default: { description: 'A problem', content: problem },
    },
  };
}

function pathParameters(path: string): object[] {
  const textId = path.startsWith('/rules/') || path.startsWith('/deliveries/');
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: name === 'id' && textId ? 'string' : 'integer' } };
  });
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  if (query === undefined) return [];
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: toSchema(schema as z.ZodType, 'input'),
  }));
}
