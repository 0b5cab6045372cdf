import type { Operation } from '#lib/api/openapi.ts';
import { RunImport, RunImportQuery } from '#lib/api/run-import.ts';
import {
  BatchInput,
  BatchPatch,
  BatchView,
  FinishInput,
  RunDetail,
  RunInput,
  RunList,
  RunPatch,
  RunReportQuery,
  RunsQuery,
} from '#lib/api/runs.ts';

export const RUN_OPERATIONS: readonly Operation[] = [
  { path: '/runs', method: 'get', summary: 'Runs, newest first', query: RunsQuery, answer: RunList },
  {
    path: '/runs',
    method: 'post',
    summary: 'Begin a run, or tell of one of the past',
    body: RunInput,
    answer: RunDetail,
    status: 201,
  },
  {
    path: '/runs/import',
    method: 'post',
    summary: 'Cells of a test matrix from a result file of vllm bench serve, GuideLLM or AIPerf; the body is the file',
    query: RunImportQuery,
    answer: RunImport,
    status: 201,
  },
  {
    path: '/runs/{id}',
    method: 'get',
    summary: 'One run: batches, memory of each GPU with its leak verdict, criteria',
    answer: RunDetail,
  },
  {
    path: '/runs/{id}',
    method: 'patch',
    summary: 'Change its name, labels, notes or expectation',
    body: RunPatch,
    answer: RunDetail,
  },
  { path: '/runs/{id}', method: 'delete', summary: 'Remove a run', status: 204 },
  {
    path: '/runs/{id}/batches',
    method: 'post',
    summary: 'Begin the next batch; one that still runs ends with it',
    body: BatchInput,
    answer: BatchView,
    status: 201,
  },
  {
    path: '/runs/{id}/batches/{number}',
    method: 'patch',
    summary: 'End a batch, or add what its client counted; 409 when it has ended already',
    body: BatchPatch,
    answer: BatchView,
  },
  {
    path: '/runs/{id}/finish',
    method: 'post',
    summary: 'Finish a run with the batch that still runs; 409 when it has finished already',
    body: FinishInput,
    answer: RunDetail,
  },
  {
    path: '/runs/{id}/report',
    method: 'get',
    summary: 'The run as JSON, as Markdown in the shape of report 003, or as CSV with a row per batch and GPU',
    query: RunReportQuery,
  },
];
