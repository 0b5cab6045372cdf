import { formatValue } from '#lib/metrics/unit.ts';

type VramBarProps = { floor: number | null; used: number | null; reserved: number | null; total: number | null };

/** One card's memory: dark up to the floor, lighter up to used, hatched what the driver keeps. */
export function VramBar({ floor, used, reserved, total }: VramBarProps) {
  if (used === null || total === null || total <= 0) return <span className="text-muted">no data</span>;
  const share = (bytes: number) => Math.min(100, (bytes / total) * 100);
  const floorShare = floor === null ? 0 : share(Math.min(floor, used));
  const text = [
    `${formatValue(used, 'bytes')} of ${formatValue(total, 'bytes')} used`,
    floor === null ? '' : `floor ${formatValue(floor, 'bytes')}`,
    reserved === null ? '' : `driver keeps ${formatValue(reserved, 'bytes')}`,
  ].filter((part) => part !== '');
  return (
    <svg
      role="img"
      aria-label={text.join(', ')}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      className="h-2.5 w-40 max-w-full"
    >
      <title>{text.join(', ')}</title>
      <rect width="100" height="10" fill="var(--hover)" />
      <rect width={share(used)} height="10" fill="var(--series-1)" fillOpacity="0.45" />
      <rect width={floorShare} height="10" fill="var(--series-1)" />
      {reserved !== null && (
        <rect x={100 - share(reserved)} width={share(reserved)} height="10" fill="var(--nodata)" fillOpacity="0.6" />
      )}
    </svg>
  );
}
