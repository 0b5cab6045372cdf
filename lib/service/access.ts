import { timingSafeEqual } from 'node:crypto';
import { AppError } from '#lib/service/errors.ts';

export const ROLES = ['viewer', 'responder', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who is asking. Accounts come later; until then the person at the machine is admin, by the name they chose. */
export type Actor = { readonly name: string; readonly role: Role };

/** What a request says about itself, without any framework. */
export type RequestFacts = {
  readonly method: string;
  readonly host: string | null;
  readonly origin: string | null;
  readonly secFetchSite: string | null;
  readonly authorization: string | null;
  /** `Headroom-Person`: the name that the local person goes by, percent-encoded. */
  readonly person: string | null;
};

export type AccessSettings = {
  /** Host names under which this server may be asked; loopback names always. */
  readonly allowedHosts: readonly string[];
  /** HEADROOM_BOOTSTRAP_TOKEN: an admin token for automation. */
  readonly bootstrapToken: string | null;
  /** True on an address that other machines can reach: then a token is needed. */
  readonly tokenRequired: boolean;
};

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The one access check: host allow-list (DNS rebinding), same origin for changes (CSRF), then the token.
 * Throws AppError `forbidden` or `unauthorized`.
 */
export function identify(facts: RequestFacts, settings: AccessSettings): Actor {
  checkHost(facts, settings);
  if (facts.method !== 'GET' && facts.method !== 'HEAD') checkSameOrigin(facts);
  const token = /^Bearer (.+)$/i.exec(facts.authorization ?? '')?.[1];
  if (token !== undefined) {
    if (settings.bootstrapToken !== null && sameText(token, settings.bootstrapToken))
      return { name: 'bootstrap token', role: 'admin' };
    throw new AppError('unauthorized', 'the token is not known');
  }
  if (settings.tokenRequired)
    throw new AppError('unauthorized', 'this address needs a token: send Authorization: Bearer …');
  return { name: facts.person === null ? 'local' : personName(facts.person), role: 'admin' };
}

const MAX_PERSON = 80;

/** Headers carry Latin-1 only, so a name comes percent-encoded. */
function personName(header: string): string {
  const name = decode(header)?.trim() ?? '';
  if (name === '' || name.length > MAX_PERSON || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    const message = `expected a percent-encoded name of 1 to ${MAX_PERSON} characters`;
    throw new AppError('invalid', `Headroom-Person: ${message}`, [{ path: 'Headroom-Person', message }]);
  }
  return name;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Refuses an actor whose role is below `needed`. */
export function authorise(actor: Actor, needed: Role): void {
  if (ROLES.indexOf(actor.role) < ROLES.indexOf(needed)) {
    throw new AppError('forbidden', `${actor.name} is ${actor.role}: this needs ${needed}`);
  }
}

function checkHost(facts: RequestFacts, settings: AccessSettings): void {
  const name = hostName(facts.host ?? '');
  if (LOOPBACK_HOSTS.includes(name) || settings.allowedHosts.includes(name)) return;
  throw new AppError('forbidden', `host "${name}" is not among the allowed hosts: set HEADROOM_ALLOWED_HOSTS`);
}

function checkSameOrigin(facts: RequestFacts): void {
  if (facts.secFetchSite !== null && facts.secFetchSite !== 'same-origin' && facts.secFetchSite !== 'none') {
    throw new AppError('forbidden', 'a change must come from this site itself');
  }
  if (facts.origin === null) return;
  const originHost = URL.canParse(facts.origin) ? new URL(facts.origin).host : '';
  if (originHost !== facts.host) throw new AppError('forbidden', `origin ${facts.origin} may not change anything here`);
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
