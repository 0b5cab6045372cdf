import type { NextConfig } from 'next';

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg'],
  // `npm run verify` checks the types of everything; the build that `npm start` makes on a user's machine need not.
  typescript: { ignoreBuildErrors: true },
};

export default config;
