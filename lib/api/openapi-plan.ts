import type { Operation } from '#lib/api/openapi.ts';
import {
  KvAnswer,
  KvBody,
  ModelInput,
  ModelList,
  ModelPatch,
  ModelView,
  PreflightAnswer,
  PreflightBody,
  ReportsAnswer,
} from '#lib/api/plan.ts';

export const PLAN_OPERATIONS: readonly Operation[] = [
  {
    path: '/plan/preflight',
    method: 'post',
    summary: 'Does a batch fit a card: the verdict, what does fit, and every number with its origin; nothing is stored',
    body: PreflightBody,
    answer: PreflightAnswer,
  },
  {
    path: '/plan/kv',
    method: 'post',
    summary: 'Weights, activations and KV cache of a model, and the batch and sequence that fit; nothing is stored',
    body: KvBody,
    answer: KvAnswer,
  },
  {
    path: '/plan/reports',
    method: 'get',
    summary: "Report 000's cases and 001's sixty combinations by the planner, beside the reports' own tables",
    answer: ReportsAnswer,
  },
  { path: '/plan/models', method: 'get', summary: 'Models that the planner knows, own ones first', answer: ModelList },
  { path: '/plan/models', method: 'post', summary: 'Add a model', body: ModelInput, answer: ModelView, status: 201 },
  {
    path: '/plan/models/{id}',
    method: 'patch',
    summary: 'Change an own model; what is not named stays',
    body: ModelPatch,
    answer: ModelView,
  },
  { path: '/plan/models/{id}', method: 'delete', summary: 'Remove an own model', status: 204 },
];
