'use client';

import Link from 'next/link';
import { AlertBadge } from '#components/alert/alert-badge.tsx';
import { NAV_GROUPS } from '#components/frame/nav-items.ts';
import { useCarriedHref, useIsCurrentPath } from '#lib/client/url-state.ts';

/** Links keep the time range, so that walking from panel to panel stays on the same minutes. */
export function Nav({ onNavigate }: { onNavigate?: () => void }) {
  const href = useCarriedHref();
  const isCurrent = useIsCurrentPath();
  return (
    <nav aria-label="Pages" className="flex flex-col gap-4 px-2 py-2">
      {NAV_GROUPS.map((group) => (
        <div key={group.title}>
          <p className="px-2 pb-1 text-2xs text-muted">{group.title}</p>
          <ul className="space-y-px">
            {group.items.map(({ path, title, icon: Icon, keys }) => (
              <li key={path}>
                <Link
                  href={href(path)}
                  onClick={onNavigate}
                  aria-current={isCurrent(path) ? 'page' : undefined}
                  title={keys === undefined ? undefined : `Keys: ${keys}`}
                  className="flex h-7.5 items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text"
                >
                  <Icon size={15} aria-hidden />
                  {title}
                  {path === '/alerts' && <AlertBadge />}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
