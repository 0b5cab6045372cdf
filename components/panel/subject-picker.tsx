'use client';

import { ChevronDown } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { Menu, MenuCheck, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { MAX_PICKED, pickText, type SubjectPick, togglePick } from '#lib/client/subject-pick.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

type SubjectPickerProps = {
  kind: SubjectKind;
  subjects: readonly Subject[];
  names: ReadonlyMap<number, string>;
  pick: SubjectPick;
  onPick: (text: string | null) => void;
};

/** One number for the fleet, or up to eight single subjects. */
export function SubjectPicker({ kind, subjects, names, pick, onPick }: SubjectPickerProps) {
  const noun = kind === 'engine' ? 'engines' : 'GPUs';
  const text =
    pick.type === 'fleet'
      ? `Fleet: ${subjects.length} ${noun}`
      : pick.ids.length === 1
        ? (names.get(pick.ids[0] ?? 0) ?? '1')
        : `${pick.ids.length} of ${subjects.length} ${noun}`;
  return (
    <Menu
      trigger={
        <Button className="max-w-64">
          <span className="truncate">{text}</span>
          <ChevronDown size={14} aria-hidden className="shrink-0 text-muted" />
        </Button>
      }
    >
      <MenuItem onSelect={() => onPick('fleet')}>Whole fleet, one line</MenuItem>
      {subjects.length <= MAX_PICKED && subjects.length > 0 && (
        <MenuItem onSelect={() => onPick(subjects.map(({ id }) => id).join(','))}>All {noun}, one line each</MenuItem>
      )}
      <MenuSeparator />
      <div className="max-h-72 overflow-y-auto">
        {subjects.map((subject) => {
          const checked = pick.type === 'subjects' && pick.ids.includes(subject.id);
          return (
            <MenuCheck
              key={subject.id}
              checked={checked}
              disabled={!checked && pick.type === 'subjects' && pick.ids.length >= MAX_PICKED}
              onChange={() => onPick(pickText(togglePick(pick, subject.id)))}
            >
              {names.get(subject.id) ?? subject.name}
            </MenuCheck>
          );
        })}
      </div>
    </Menu>
  );
}
