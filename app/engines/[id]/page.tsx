import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { EnginePage } from '#components/subject/engine-page.tsx';

export const metadata: Metadata = { title: 'Engine' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  return <EnginePage id={id} />;
}
