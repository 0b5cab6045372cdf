import { BlockList, isIP } from 'node:net';

/** Where cloud machines hand out credentials. A monitoring tool that fetches given URLs must never ask there. */
const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addAddress('100.100.100.200', 'ipv4');
FORBIDDEN.addAddress('168.63.129.16', 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
FORBIDDEN.addAddress('fd20:ce::254', 'ipv6');
// IPv4 wrapped in IPv6: mapped, compatible, NAT64 and 6to4 spellings of 169.254/16 and of the two addresses above.
for (const [net, bits] of [
  ['a9fe:', 16],
  ['6464:64c8', 32],
  ['a83f:8110', 32],
] as const) {
  const low = bits === 16 ? `${net}0` : net;
  FORBIDDEN.addSubnet(`::ffff:${low}`, 96 + bits, 'ipv6');
  FORBIDDEN.addSubnet(`::${low}`, 96 + bits, 'ipv6');
  FORBIDDEN.addSubnet(`64:ff9b::${low}`, 96 + bits, 'ipv6');
  FORBIDDEN.addSubnet(`2002:${low.replace(/:0$/, '')}::`, 16 + bits, 'ipv6');
}

/** Why nothing may connect to this IP address, or undefined. */
export function forbiddenAddress(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return `"${address}" is not an IP address`;
  return FORBIDDEN.check(bare, version === 4 ? 'ipv4' : 'ipv6')
    ? `${bare} is a link-local or cloud metadata address, which Headroom never contacts`
    : undefined;
}

/**
 * Why this URL's host may not be contacted, or undefined. `hostname` is that of a parsed URL, so odd spellings of an
 * IPv4 address (decimal, octal, short) are already the plain one. A name that passes is checked again once resolved.
 */
export function forbiddenHost(hostname: string): string | undefined {
  const bare = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (METADATA_HOSTS.has(bare)) return `${bare} is a cloud metadata host, which Headroom never contacts`;
  return isIP(bare.replace(/%.*$/, '')) === 0 ? undefined : forbiddenAddress(bare);
}
