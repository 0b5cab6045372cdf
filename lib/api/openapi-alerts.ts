import { AlertGroups, AlertGroupsQuery } from '#lib/api/alert-groups.ts';
import { AlertStrips, StripsQuery } from '#lib/api/alert-strips.ts';
import {
  AckInput,
  AlertDetail,
  AlertList,
  AlertSummary,
  AlertsQuery,
  AssignInput,
  BulkAckAnswer,
  BulkAckInput,
  NoteInput,
  VersionInput,
} from '#lib/api/alerts.ts';
import { MemoryView } from '#lib/api/memory.ts';
import type { Operation } from '#lib/api/openapi.ts';
import {
  MaintenanceInput,
  MaintenanceList,
  MaintenancePatch,
  MaintenanceView,
  SilenceInput,
  SilenceList,
  SilencePreview,
  SilencePreviewInput,
  SilenceView,
} from '#lib/api/silences.ts';

const onAlert = (verb: string, summary: string, body: Operation['body']): Operation => ({
  path: `/alerts/{id}/${verb}`,
  method: 'post',
  summary,
  ...(body === undefined ? {} : { body }),
  answer: AlertSummary,
});

export const ALERT_OPERATIONS: readonly Operation[] = [
  {
    path: '/alerts',
    method: 'get',
    summary: 'Alerts by filter, open ones by default; counts of everything that the filter selects',
    query: AlertsQuery,
    answer: AlertList,
  },
  {
    path: '/alerts/groups',
    method: 'get',
    summary:
      'Groups of everything that a filter selects: how many, by severity, and the labels that all of a group share',
    query: AlertGroupsQuery,
    answer: AlertGroups,
  },
  {
    path: '/alerts/strips',
    method: 'get',
    summary: 'The last 24 hours of alerts by the hour: share of time firing, acked and muted',
    query: StripsQuery,
    answer: AlertStrips,
  },
  { path: '/alerts/{id}', method: 'get', summary: 'One alert with everything known of it', answer: AlertDetail },
  {
    path: '/alerts/{id}/memory',
    method: 'get',
    summary: 'The leak verdict that the alert follows from, as it stood when it fired',
    answer: MemoryView,
  },
  onAlert('ack', 'Acknowledge; 409 with the current state when somebody was faster', AckInput),
  onAlert('unack', 'Take an acknowledgement back', VersionInput),
  onAlert('note', 'Add a note, also to a resolved alert', NoteInput),
  onAlert('assign', 'Give it to somebody, or to nobody', AssignInput),
  {
    path: '/alerts/ack',
    method: 'post',
    summary: 'Acknowledge every open alert of a list or a filter',
    body: BulkAckInput,
    answer: BulkAckAnswer,
  },
  { path: '/silences', method: 'get', summary: 'Silences, those in force first', answer: SilenceList },
  { path: '/silences', method: 'post', summary: 'Silence', body: SilenceInput, answer: SilenceView, status: 201 },
  { path: '/silences/{id}', method: 'delete', summary: 'End a silence now; it stays in the list', status: 204 },
  {
    path: '/silences/preview',
    method: 'post',
    summary: 'What matchers hit now and have hit in seven days; nothing is stored',
    body: SilencePreviewInput,
    answer: SilencePreview,
  },
  { path: '/maintenance', method: 'get', summary: 'Maintenance windows', answer: MaintenanceList },
  {
    path: '/maintenance',
    method: 'post',
    summary: 'Add a maintenance window',
    body: MaintenanceInput,
    answer: MaintenanceView,
    status: 201,
  },
  {
    path: '/maintenance/{id}',
    method: 'patch',
    summary: 'Change a maintenance window',
    body: MaintenancePatch,
    answer: MaintenanceView,
  },
  { path: '/maintenance/{id}', method: 'delete', summary: 'Remove a maintenance window', status: 204 },
];
