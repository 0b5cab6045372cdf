import type { Metadata } from 'next';
import { BurstsPage } from '#components/bursts/bursts-page.tsx';

export const metadata: Metadata = { title: 'Bursts' };

export default function Page() {
  return <BurstsPage />;
}
