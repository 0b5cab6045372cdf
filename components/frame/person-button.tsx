'use client';

import { UserRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { usePreference } from '#lib/client/preferences.ts';

/** "You are: K." Others see the name on acks, notes and silences. */
export function PersonButton() {
  const [name] = usePreference('headroom-person');
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex min-h-7 w-full min-w-0 items-center gap-1.5 rounded-md px-1 text-left text-muted hover:bg-hover hover:text-text"
      >
        <UserRound size={14} aria-hidden className="shrink-0" />
        <span className="truncate">{name === '' ? 'Say who you are' : `You are: ${name}`}</span>
      </button>
      {open && <PersonDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function PersonDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = usePreference('headroom-person');
  const [typed, setTyped] = useState(name);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setName(typed.trim());
    onClose();
  };
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} title="Who are you?">
      <form onSubmit={onSubmit} className="space-y-4">
        <Field label="Your name" hint="Stands on what you acknowledge, note and mute. Kept in this browser.">
          {(attributes) => (
            <Input
              {...attributes}
              autoComplete="nickname"
              maxLength={80}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary">
          Save
        </Button>
      </form>
    </Dialog>
  );
}
