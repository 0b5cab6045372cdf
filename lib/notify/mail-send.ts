import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { forbiddenHost } from '#lib/address/address-policy.ts';
import { checkedLookup, ForbiddenAddressError, resolveAll } from '#lib/address/checked-lookup.ts';
import type { Mail } from '#lib/notify/channels/email.ts';
import { NeverWorksError } from '#lib/notify/http-send.ts';
import type { DeliveryResult } from '#lib/notify/verdict.ts';

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS is used where the server offers it. */
  readonly secure: boolean;
  readonly username: string | null;
  readonly password: string | null;
};

/** Hands one mail to an SMTP server. Its 4xx answers are tried again, its 5xx answers are final. */
export async function sendMail(mail: Mail, server: MailServer, timeoutMs: number): Promise<DeliveryResult> {
  const transport = createTransport({
    host: await checkedAddress(server.host),
    port: server.port,
    secure: server.secure,
    // A password never goes over a line that anybody can read.
    requireTLS: !server.secure && server.password !== null,
    ...(server.username === null ? {} : { auth: { user: server.username, pass: server.password ?? '' } }),
    tls: isIP(server.host) === 0 ? { servername: server.host } : {},
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      ...mail,
      to: [...mail.to],
      references: [...mail.references],
      headers: { ...mail.headers },
    });
    const rejected = sent.rejected.map(String);
    const note = rejected.length === 0 ? '' : ` (not accepted: ${rejected.join(', ')})`;
    return { outcome: 'ok', status: 250, answer: `${sent.response}${note}`, retryAfterMs: null };
  } catch (error) {
    const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : null;
    if (code === null || !Number.isInteger(code)) throw error;
    const answer = error instanceof Error && 'response' in error ? String(error.response) : String(error);
    return { outcome: code >= 500 ? 'dead' : 'retry', status: code, answer, retryAfterMs: null };
  } finally {
    transport.close();
  }
}

function checkedAddress(host: string): Promise<string> {
  const reason = forbiddenHost(host);
  if (reason !== undefined) throw new NeverWorksError(reason);
  if (isIP(host) !== 0) return Promise.resolve(host);
  return new Promise((resolve, reject) => {
    checkedLookup(resolveAll)(host, {}, (error, address) => {
      if (error instanceof ForbiddenAddressError) reject(new NeverWorksError(error.message));
      else if (error !== null) reject(error);
      else resolve(String(address));
    });
  });
}
