'use client';

import { Search } from 'lucide-react';
import { useId, useState } from 'react';
import { Input } from '#components/ui/field.tsx';
import { readableMatch } from '#lib/client/alert-filter.ts';
import { useUrlParam } from '#lib/client/url-state.ts';

/** Free matchers in the URL (`match`). An unfinished one is named, what is complete narrows already. */
export function MatchField({ value, className }: { value: string; className?: string }) {
  const [, setMatch] = useUrlParam('match');
  const [typed, setTyped] = useState<string | null>(null);
  const { error } = readableMatch(typed ?? value);
  const id = useId();
  return (
    <div className={className}>
      <div className="relative">
        <Search size={14} aria-hidden className="absolute top-2.25 left-2.5 text-muted" />
        <Input
          data-filter
          type="search"
          spellCheck={false}
          autoCapitalize="off"
          aria-label="Filter by labels, such as host=gpu-01, rule=Kv*"
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : id}
          placeholder="host=gpu-01, rule=Kv*  (/)"
          className="pl-8"
          value={typed ?? value}
          onFocus={() => setTyped(value)}
          onBlur={() => setTyped(null)}
          onChange={(event) => {
            setTyped(event.target.value);
            setMatch(event.target.value, 'replace');
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      </div>
      {error !== null && (
        <p id={id} className="mt-1 text-xs text-muted">
          ▲ {error}
        </p>
      )}
    </div>
  );
}
