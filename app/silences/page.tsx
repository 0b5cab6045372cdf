import type { Metadata } from 'next';
import { SilencesPage } from '#components/silence/silences-page.tsx';

export const metadata: Metadata = { title: 'Silences' };

export default function Page() {
  return <SilencesPage />;
}
