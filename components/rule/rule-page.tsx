'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { PanelError } from '#components/panel/panel-states.tsx';
import { RuleEditor } from '#components/rule/rule-editor.tsx';
import { RuleNow } from '#components/rule/rule-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { RuleView } from '#lib/api/rules.ts';
import { toProblem } from '#lib/client/problem.ts';
import { changeRule, deleteRule, ruleQuery } from '#lib/client/rule-queries.ts';

/** One rule: what it says now, and its editor. */
export function RulePage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(ruleQuery(id));
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
      <PageBody>
        {error !== null && <PanelError error={error} onRetry={() => void refetch()} keepsData={data !== undefined} />}
        {data === undefined && error === null && <Skeleton className="h-96" />}
        {data?.error != null && <Notice tone="warning">It cannot be evaluated: {data.error}</Notice>}
        {data !== undefined && <RuleEditor key={data.version} rule={data} />}
      </PageBody>
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
  const onError = (error: unknown) => toast(toProblem(error).detail);
  const close = () => setAsking('none');
  return (
    <>
      {rule.origin === 'pack' && rule.changed && <Button onClick={() => setAsking('reset')}>Reset to the pack</Button>}
      {rule.origin === 'user' && <Button onClick={() => setAsking('delete')}>Delete</Button>}
      {asking !== 'none' && (
        <Dialog
          open
          onOpenChange={(open) => !open && close()}
          title={asking === 'reset' ? 'Put back what the pack says?' : `Delete ${rule.title}?`}
          description={
            asking === 'reset' ? 'Every change to this rule is dropped.' : 'Its open alerts end. Their history stays.'
          }
        >
          <div className="flex justify-end gap-2">
            <Button variant="quiet" onClick={close}>
              Cancel
            </Button>
            <Button
              variant="danger"
              onClick={() => {
                close();
                if (asking === 'reset') {
                  change.mutate(
                    { id: rule.id, change: { reset: true, version: rule.version } },
                    { onSuccess: () => toast('As the pack says again'), onError },
                  );
                } else remove.mutate(rule.id, { onSuccess: () => router.push('/rules'), onError });
              }}
            >
              {asking === 'reset' ? 'Reset' : 'Delete'}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
