import { existsSync } from 'node:fs';
import type { NextConfig } from 'next';

/** Everything comes from this server; what exporters send is text. Next's own bootstrap needs inline scripts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg'],
  experimental: {
    // Half of a build's time: no map of 60 route bundles, no minifying of what only this machine reads (its stacks stay legible).
    turbopackSourceMaps: false,
    serverMinification: false,
    // A first build is made once; one that follows another is a developer's, who makes many.
    turbopackFileSystemCacheForBuild: existsSync('.next/BUILD_ID'),
  },
  // `npm run verify` checks the types of everything; the build that `npm start` makes on a user's machine need not.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'Content-Security-Policy', value: CONTENT_SECURITY_POLICY },
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
      ],
    },
  ],
};

export default config;
