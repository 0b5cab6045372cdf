'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { DeleteTargetDialog } from '#components/target/delete-target-dialog.tsx';
import { TargetDialog } from '#components/target/target-dialog.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { Target } from '#lib/api/targets.ts';
import { toProblem } from '#lib/client/problem.ts';
import { changeTarget } from '#lib/client/target-mutations.ts';

/** Pause, change, delete; not offered for what a file or discovery owns. */
export function TargetActions({ target, onDeleted }: { target: Target; onDeleted?: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const [open, setOpen] = useState<'none' | 'edit' | 'delete'>('none');
  const change = useMutation(changeTarget(client));
  if (target.readOnly) return null;
  const togglePause = () =>
    change.mutate(
      { id: target.id, patch: { paused: !target.paused } },
      {
        onSuccess: () => toast(target.paused ? `${target.name} is polled again` : `${target.name} is paused`),
        onError: (error) => toast(toProblem(error).title),
      },
    );
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for ${target.name}`}>
            <Ellipsis size={15} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setOpen('edit')}>Change…</MenuItem>
        <MenuItem onSelect={togglePause}>{target.paused ? 'Resume polling' : 'Pause polling'}</MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={() => setOpen('delete')}>Delete…</MenuItem>
      </Menu>
      {open === 'edit' && <TargetDialog target={target} onClose={() => setOpen('none')} />}
      {open === 'delete' && (
        <DeleteTargetDialog
          target={target}
          onClose={() => setOpen('none')}
          {...(onDeleted === undefined ? {} : { onDeleted })}
        />
      )}
    </>
  );
}
