import type { Metadata, Viewport } from 'next';
import { type ReactNode, Suspense } from 'react';
import { AppFrame } from '#components/frame/app-frame.tsx';
import { Providers } from '#components/frame/providers.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Headroom', template: '%s · Headroom' },
  description: 'How much room is left on your GPUs and inference engines.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1013' },
  ],
};

// What a page shows depends on its query string, also in the first HTML.
export const dynamic = 'force-dynamic';

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <Providers>
          <Suspense>
            <AppFrame>{children}</AppFrame>
          </Suspense>
        </Providers>
      </body>
    </html>
  );
}
