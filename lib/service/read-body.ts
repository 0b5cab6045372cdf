import { AppError } from '#lib/service/errors.ts';

/** A client that is still sending when it is answered sees a broken connection instead of the answer; so much is read on. */
const MOST_DISCARDED = 8;

/** The text of a body that may be large. Throws AppError `too-large`; no more than the limit is kept in memory. */
export async function readText(body: ReadableStream<Uint8Array> | null, limitBytes: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > limitBytes * MOST_DISCARDED) {
      await reader.cancel();
      break;
    }
    text = bytes > limitBytes ? '' : text + decoder.decode(part.value, { stream: true });
  }
  if (bytes <= limitBytes) return text + decoder.decode();
  const mib = (bytes / 1024 ** 2).toFixed(1);
  throw new AppError('too-large', `the file has ${mib} MiB: the limit is ${limitBytes / 1024 ** 2} MiB`);
}
