import type { Metadata } from 'next';
import { KvCachePage } from '#components/kv-cache/kv-cache-page.tsx';

export const metadata: Metadata = { title: 'KV cache' };

export default function Page() {
  return <KvCachePage />;
}
