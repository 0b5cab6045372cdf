'use client';

import Link from 'next/link';
import { PageBody, PageHeader } from '#components/frame/page-header.tsx';
import { RuleEditor } from '#components/rule/rule-editor.tsx';

export function NewRulePage() {
  return (
    <>
      <PageHeader
        title="New rule"
        subtitle={
          <Link href="/rules" className="underline">
            Rules
          </Link>
        }
      />
      <PageBody>
        <RuleEditor rule={null} />
      </PageBody>
    </>
  );
}
