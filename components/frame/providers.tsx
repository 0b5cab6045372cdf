'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { CrosshairProvider } from '#components/chart/crosshair.tsx';
import { ToastProvider } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';

const makeClient = () =>
  new QueryClient({
    defaultOptions: {
      // One retry: three would hide a dead API for seven seconds.
      queries: { retry: 1, staleTime: 2000, gcTime: 120_000, refetchOnWindowFocus: true },
    },
  });

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={300}>
        <ToastProvider>
          <CrosshairProvider>{children}</CrosshairProvider>
        </ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>
  );
}
