import { AppError } from '#lib/service/errors.ts';

/** The text of a body that may be large. Throws AppError `too-large` as soon as the limit is passed. */
export async function readText(body: ReadableStream<Uint8Array> | null, limitBytes: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > limitBytes) {
      await reader.cancel();
      throw new AppError('too-large', `the file has more than ${limitBytes / 1024 ** 2} MiB, which is the limit`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
