'use client';

import './globals.css';

export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto max-w-md px-4 py-24">
          <h1 className="text-xl font-semibold">Headroom’s page failed</h1>
          <p className="mt-2 text-muted">
            Collecting goes on. Reload, and look at /api/v1/health if it stays like this.
          </p>
          <button type="button" className="mt-4 rounded-md border border-line px-3 py-1.5" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
