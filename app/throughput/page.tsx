import type { Metadata } from 'next';
import { ThroughputPage } from '#components/throughput/throughput-page.tsx';

export const metadata: Metadata = { title: 'Throughput' };

export default function Page() {
  return <ThroughputPage />;
}
