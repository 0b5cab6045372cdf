import Link from 'next/link';

export default function NotFound() {
  return (
    <div className="mx-auto max-w-md px-4 py-24">
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="mt-2 text-muted">The address may be mistyped, or what it named was removed.</p>
      <p className="mt-4">
        <Link href="/" className="underline">
          To the fleet
        </Link>
      </p>
    </div>
  );
}
