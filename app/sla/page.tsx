import type { Metadata } from 'next';
import { SlaPage } from '#components/sla/sla-page.tsx';

export const metadata: Metadata = { title: 'SLA' };

export default function Page() {
  return <SlaPage />;
}
