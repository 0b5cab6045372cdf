import { forbiddenHost } from '#lib/address/address-policy.ts';
import { AppError } from '#lib/service/errors.ts';

/**
 * Throws `refused` when a host is one that Headroom never contacts, so that whoever types it in hears so at once. A name is
 * not resolved here: what it stands for is looked at with each connection. `path` is the field; '' passes.
 */
export function refuseAddress(path: string, address: string): void {
  const host = URL.canParse(address) ? new URL(address).hostname : address;
  const message = host === '' ? undefined : forbiddenHost(host);
  if (message !== undefined) throw new AppError('refused', `${path}: ${message}`, [{ path, message }]);
}
