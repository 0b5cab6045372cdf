import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AlertPage } from '#components/alert/alert-page.tsx';

export const metadata: Metadata = { title: 'Alert' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id <= 0) notFound();
  return <AlertPage id={id} />;
}
