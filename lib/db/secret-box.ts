import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts secrets that people type into the UI (AES-256-GCM); the key comes from HEADROOM_SECRET_KEY. */
export type SecretBox = { seal(text: string): string; open(sealed: string): string };

const VERSION = 'v1';

/** `open` throws when the key is another one or the text was changed. */
export function createSecretBox(keyText: string): SecretBox {
  const key = createHash('sha256').update(keyText).digest();
  return {
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [VERSION, nonce.toString('base64'), cipher.getAuthTag().toString('base64'), body.toString('base64')].join(
        ':',
      );
    },
    open(sealed) {
      const [version, nonce, tag, body] = sealed.split(':');
      if (version !== VERSION || nonce === undefined || tag === undefined || body === undefined) {
        throw new Error('a stored secret has an unknown format');
      }
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'));
      decipher.setAuthTag(Buffer.from(tag, 'base64'));
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64')), decipher.final()]).toString('utf8');
    },
  };
}
