import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { GpuPage } from '#components/subject/gpu-page.tsx';

export const metadata: Metadata = { title: 'GPU' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  return <GpuPage id={id} />;
}
