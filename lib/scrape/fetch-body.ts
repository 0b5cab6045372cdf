import { isAscii } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { formatValue } from '#lib/metrics/unit.ts';
import { FetchError } from '#lib/scrape/fetch-outcome.ts';

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);
const inflateRawAsync = promisify(inflateRaw);
const brotliAsync = promisify(brotliDecompress);

/** First byte of a zlib stream; some servers send `deflate` without that wrapper. */
const ZLIB_HEADER = 0x78;

/** Undoes Content-Encoding. The output buffer never passes `maxBytes`, so a bomb costs no more memory than a full page. */
export async function decompress(body: Buffer, encoding: string, maxBytes: number, where: string): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const options = { maxOutputLength: maxBytes };
  try {
    if (name === 'gzip' || name === 'x-gzip') return await gunzipAsync(body, options);
    if (name === 'br') return await brotliAsync(body, options);
    if (name === 'deflate') {
      return await (body[0] === ZLIB_HEADER ? inflateAsync(body, options) : inflateRawAsync(body, options));
    }
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(where, maxBytes);
    throw new FetchError('truncated', `${where} sent a ${name} body that does not unpack: cut off or damaged.`);
  }
  throw new FetchError(
    'not-metrics',
    `${where} answered with Content-Encoding "${name.slice(0, 40)}", which was not asked for.`,
  );
}

export function tooLarge(where: string, maxBytes: number): FetchError {
  return new FetchError(
    'too-large',
    `${where} sent more than the limit of ${formatValue(maxBytes, 'bytes')} for one page. Is this the metrics URL?`,
  );
}

/** UTF-8, with U+FFFD for what is not; nearly every page is ASCII, which is copied without decoding. */
export function decodeText(body: Buffer): string {
  return isAscii(body) ? body.toString('latin1') : body.toString('utf8');
}

/** What the body is when it is not metrics, judged by content type and first characters; undefined when it may be metrics. */
export function notMetrics(body: string, contentType: string): string | undefined {
  const type = contentType.toLowerCase();
  const start = body.slice(0, 300).trimStart();
  if (type.includes('html') || /^<(?:!doctype|html|head|body|\?xml)/i.test(start)) return 'an HTML page';
  // A quoted UTF-8 metric name also starts with {" but never goes on with a colon.
  const looksJson = /^\{\s*"(?:[^"\\]|\\.)*"\s*:/.test(start) || /^(?:\{\s*\}|\[)/.test(start);
  if (looksJson || /^application\/(?:[\w.+-]+\+)?json/.test(type)) return 'JSON';
  if (start.includes('\0') || /protobuf|octet-stream/.test(type)) return 'binary data';
  return undefined;
}
