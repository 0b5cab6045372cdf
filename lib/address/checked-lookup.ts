import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { forbiddenAddress } from '#lib/address/address-policy.ts';

type Resolved = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;
/** All addresses of a name; tests put their own in place of the system's. */
export type Resolve = (hostname: string, done: Resolved) => void;

/** A name resolved to an address that nothing may connect to. */
export class ForbiddenAddressError extends Error {}

/** The system's resolver. */
export function resolveAll(hostname: string, done: Resolved): void {
  systemLookup(hostname, { all: true }, (error, addresses) => done(error, addresses ?? []));
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** The socket connects to exactly the addresses that were checked, so a name cannot change its mind in between. */
export function checkedLookup(resolve: Resolve) {
  return (hostname: string, options: { all?: boolean }, done: LookupDone): void => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return done(error, []);
      for (const { address } of addresses) {
        const reason = forbiddenAddress(address);
        if (reason !== undefined) return done(new ForbiddenAddressError(`${hostname} resolves to ${reason}.`), []);
      }
      const [first] = addresses;
      if (first === undefined) return done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      if (options.all === true) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}
