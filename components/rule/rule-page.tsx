'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { PageHeader } from '#components/frame/page-header.tsx';
import { DetailBody } from '#components/panel/detail-body.tsx';
import { RuleEditor } from '#components/rule/rule-editor.tsx';
import { RuleNow } from '#components/rule/rule-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RuleView } from '#lib/api/rules.ts';
import { isNotFound } from '#lib/client/problem.ts';
import { changeRule, deleteRule, ruleQuery } from '#lib/client/rule-queries.ts';

/** One rule: what it says now, and its editor. */
export function RulePage({ id }: { id: string }) {
  const query = useQuery(ruleQuery(id));
  const data = isNotFound(query.error) ? undefined : query.data;
  return (
    <>
      <PageHeader
        title={data?.title ?? id}
        subtitle={
          <>
            <Link href="/rules" className="underline">
              Rules
            </Link>{' '}
            · {id}
          </>
        }
      >
        {data !== undefined && (
          <>
            <RuleNow rule={data} />
            {data.changed && (
              <Badge tone="accent">changed{data.changedBy === null ? '' : ` by ${data.changedBy}`}</Badge>
            )}
            <RuleActions rule={data} />
          </>
        )}
      </PageHeader>
      <DetailBody query={query} what={`rule ${id}`} list={{ href: '/rules', text: 'To the rules' }}>
        {(rule) => (
          <>
            {rule.error !== null && <Notice tone="warning">It cannot be evaluated: {rule.error}</Notice>}
            <RuleEditor key={rule.version} rule={rule} />
          </>
        )}
      </DetailBody>
    </>
  );
}

function RuleActions({ rule }: { rule: RuleView }) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [asking, setAsking] = useState<'none' | 'reset' | 'delete'>('none');
  const change = useMutation(changeRule(client));
  const remove = useMutation(deleteRule(client));
  const close = () => setAsking('none');
  return (
    <>
      {rule.origin === 'pack' && rule.changed && <Button onClick={() => setAsking('reset')}>Reset to the pack</Button>}
      {rule.origin === 'user' && <Button onClick={() => setAsking('delete')}>Delete</Button>}
      {asking === 'reset' && (
        <ConfirmDialog
          title="Put back what the pack says?"
          word="Reset"
          pending={change.isPending}
          problem={change.error?.message ?? null}
          onConfirm={() =>
            change.mutate(
              { id: rule.id, change: { reset: true, version: rule.version } },
              {
                onSuccess: () => {
                  close();
                  toast('As the pack says again');
                },
              },
            )
          }
          onClose={close}
        >
          Every change to this rule is dropped.
        </ConfirmDialog>
      )}
      {asking === 'delete' && (
        <ConfirmDialog
          title={`Delete ${rule.title}?`}
          word="Delete"
          pending={remove.isPending}
          problem={remove.error?.message ?? null}
          onConfirm={() => remove.mutate(rule.id, { onSuccess: () => router.push('/rules') })}
          onClose={close}
        >
          Its open alerts end. Their history stays.
        </ConfirmDialog>
      )}
    </>
  );
}
