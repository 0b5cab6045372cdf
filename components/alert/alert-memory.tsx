'use client';

import { useQuery } from '@tanstack/react-query';
import { JudgedMemory, type JudgedSubject, MemoryVerdict } from '#components/leak/memory-verdict.tsx';
import { Instant } from '#components/status/instant.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { alertMemoryQuery } from '#lib/client/alert-queries.ts';
import { VERDICT_WORDS } from '#lib/client/leak-words.ts';
import { slopeText } from '#lib/detect/leak-text.ts';

/** The leak verdict that an alert follows from: as it stood when it fired, and while it is open also the newest one. */
export function AlertMemory({ alert, subject }: { alert: AlertDetail; subject: JudgedSubject }) {
  const { data: then } = useQuery(alertMemoryQuery(alert.id, alert.firedAtMs !== null));
  const isOpen = alert.resolvedAtMs === null;
  if (then === undefined || then.leak === null || then.judgedAtMs === null) return <MemoryVerdict subject={subject} />;
  const judged = (
    <>
      when it fired, judged at <Instant ms={then.judgedAtMs} />
    </>
  );
  if (!isOpen) {
    return (
      <div className="space-y-1">
        <JudgedMemory subject={subject} view={then} />
        <p className="text-right text-xs text-muted">as it stood {judged}</p>
      </div>
    );
  }
  return (
    <>
      <MemoryVerdict subject={subject} />
      <details>
        <summary className="min-h-6 cursor-pointer text-muted">
          {VERDICT_WORDS[then.leak.verdict]}, {slopeText(then.leak.slopeMibPerHour, 'h')}, {judged}
        </summary>
        <div className="pt-2">
          <JudgedMemory subject={subject} view={then} />
        </div>
      </details>
    </>
  );
}
