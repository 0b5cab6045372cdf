import { cutText } from '#lib/notify/clean-text.ts';

const SHORTEST = 4;

/** `text` without any of the secrets, also where they are written percent-encoded, in JSON or in base64. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ...partsOfUrl(secret),
    ])
    .toSorted((a, b) => b.length - a.length);
  return spellings.reduce((hidden, spelling) => hidden.replaceAll(spelling, '***'), text);
}

/** The part of a secret URL that makes it secret: receivers echo paths without their host. */
function partsOfUrl(secret: string): string[] {
  if (!/^https?:/.test(secret) || !URL.canParse(secret)) return [];
  const url = new URL(secret);
  return [url.href, url.pathname + url.search, url.search.slice(1), ...url.pathname.split('/')].filter(
    (part) => part.length >= 8,
  );
}

/** The start of an answer, as it may be kept and shown. */
export function keptAnswer(text: string, secrets: readonly string[], max: number): string {
  return cutText(hideSecrets(text.toWellFormed().replaceAll('\u0000', ''), secrets), max);
}
