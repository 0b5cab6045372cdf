import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { preloadAnswer } from '#components/frame/preload-answer.ts';
import { RunPage } from '#components/run/run-page.tsx';

export const metadata: Metadata = { title: 'Run' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  preloadAnswer(`/runs/${id}`);
  return <RunPage id={id} />;
}
