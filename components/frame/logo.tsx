import Link from 'next/link';

/** The mark: a filled column below a limit line, with room between them. */
export function Logo() {
  return (
    <Link href="/" className="inline-flex min-h-6 items-center gap-2 font-semibold tracking-tight">
      <svg aria-hidden="true" width="18" height="18" viewBox="0 0 18 18">
        <path d="M2 3.5h14" stroke="var(--danger)" strokeWidth="2" strokeLinecap="round" />
        <rect x="3" y="10" width="3" height="6" rx="1" fill="var(--accent)" />
        <rect x="7.5" y="7.5" width="3" height="8.5" rx="1" fill="var(--accent)" />
        <rect x="12" y="11.5" width="3" height="4.5" rx="1" fill="var(--accent)" />
      </svg>
      Headroom
    </Link>
  );
}
