'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AckDialog } from '#components/alert/ack-dialog.tsx';
import { AssignDialog } from '#components/alert/assign-dialog.tsx';
import { NoteDialog } from '#components/alert/note-dialog.tsx';
import { usePageKeys } from '#components/frame/page-keys.ts';
import { SilenceDialog } from '#components/silence/silence-dialog.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { printMatchers } from '#lib/alerts/matchers.ts';
import type { AlertDetail } from '#lib/api/alerts.ts';
import { unackAlert } from '#lib/client/alert-mutations.ts';
import { toProblem } from '#lib/client/problem.ts';
import { silenceMatchers } from '#lib/client/silence-matchers.ts';

type Open = 'ack' | 'note' | 'assign' | 'mute' | null;

/** What a person can do. Resolving is not among it: an alert ends when its numbers do. */
export function AlertActions({ alert }: { alert: AlertDetail }) {
  const client = useQueryClient();
  const toast = useToast();
  const [open, setOpen] = useState<Open>(null);
  const unack = useMutation(unackAlert(client));
  const isOver = alert.state === 'resolved';
  const isAcked = alert.ack !== null && alert.handling.state !== 'open';
  usePageKeys({
    a: () => (isOver ? false : setOpen('ack')),
    c: () => setOpen('note'),
    o: () => (isOver ? false : setOpen('assign')),
    m: () => (isOver ? false : setOpen('mute')),
  });
  const close = () => setOpen(null);
  return (
    <div className="flex flex-wrap gap-1.5">
      {!isOver && !isAcked && (
        <Button variant="primary" aria-keyshortcuts="a" onClick={() => setOpen('ack')}>
          Acknowledge <kbd className="opacity-70 max-sm:hidden">a</kbd>
        </Button>
      )}
      {!isOver && isAcked && (
        <Button
          disabled={unack.isPending}
          onClick={() =>
            unack.mutate(
              { id: alert.id, version: alert.version },
              {
                onSuccess: () => toast('Nobody has it now: messages go on'),
                onError: (error) => toast(toProblem(error).detail),
              },
            )
          }
        >
          Give back
        </Button>
      )}
      {!isOver && (
        <Button aria-keyshortcuts="m" onClick={() => setOpen('mute')}>
          Mute <kbd className="text-muted max-sm:hidden">m</kbd>
        </Button>
      )}
      <Button aria-keyshortcuts="c" onClick={() => setOpen('note')}>
        Note <kbd className="text-muted max-sm:hidden">c</kbd>
      </Button>
      {!isOver && (
        <Button aria-keyshortcuts="o" onClick={() => setOpen('assign')}>
          Assign <kbd className="text-muted max-sm:hidden">o</kbd>
        </Button>
      )}
      {open === 'ack' && <AckDialog alerts={[alert]} onClose={close} />}
      {open === 'note' && <NoteDialog id={alert.id} onClose={close} />}
      {open === 'assign' && <AssignDialog alert={alert} onClose={close} />}
      {open === 'mute' && <SilenceDialog matchers={printMatchers(silenceMatchers([alert]))} onClose={close} />}
    </div>
  );
}
