'use client';

import { Search } from 'lucide-react';
import { useState } from 'react';
import { Input } from '#components/ui/field.tsx';
import { useUrlParam } from '#lib/client/url-state.ts';

/** A filter that lives in the URL (`q`). While it is being typed the field leads: the URL follows a moment later. */
export function FilterInput({ label, className }: { label: string; className?: string }) {
  const [query, setQuery] = useUrlParam('q');
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className={`relative ${className ?? ''}`}>
      <Search size={14} aria-hidden className="absolute top-2.25 left-2.5 text-muted" />
      <Input
        data-filter
        type="search"
        aria-label={label}
        placeholder="Filter (/)"
        className="pl-8"
        value={typed ?? query}
        onFocus={() => setTyped(query)}
        onBlur={() => setTyped(null)}
        onChange={(event) => {
          setTyped(event.target.value);
          setQuery(event.target.value, 'replace');
        }}
      />
    </div>
  );
}
