import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AlertPage } from '#components/alert/alert-page.tsx';
import { preloadAnswer } from '#components/frame/preload-answer.ts';

export const metadata: Metadata = { title: 'Alert' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  preloadAnswer(`/alerts/${id}`);
  return <AlertPage id={id} />;
}
