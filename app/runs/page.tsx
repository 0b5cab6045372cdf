import type { Metadata } from 'next';
import { RunsPage } from '#components/run/runs-page.tsx';

export const metadata: Metadata = { title: 'Runs' };

export default function Page() {
  return <RunsPage />;
}
