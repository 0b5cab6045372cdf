'use client';

import { Button } from '#components/ui/button.tsx';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="mx-auto max-w-md px-4 py-24">
      <h1 className="text-xl font-semibold">This page failed</h1>
      <p className="mt-2 text-muted">
        Collecting and judging go on; only the page has a fault.{' '}
        {error.digest === undefined ? error.message : `Reference ${error.digest}.`}
      </p>
      <p className="mt-4 flex gap-2">
        <Button variant="primary" onClick={reset}>
          Try again
        </Button>
        <Button onClick={() => window.location.assign('/')}>To the fleet</Button>
      </p>
    </div>
  );
}
