import type { Metadata } from 'next';
import { VramPage } from '#components/vram/vram-page.tsx';

export const metadata: Metadata = { title: 'VRAM' };

export default function Page() {
  return <VramPage />;
}
