import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { preloadAnswer } from '#components/frame/preload-answer.ts';
import { TargetPage } from '#components/target/target-page.tsx';

export const metadata: Metadata = { title: 'Target' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  preloadAnswer(`/targets/${id}`);
  return <TargetPage id={id} />;
}
