const CODE_0 = 48;
const CODE_9 = 57;
const CODE_PLUS = 43;
const CODE_MINUS = 45;
const CODE_DOT = 46;
const CODE_UPPER_E = 69;
const CODE_LOWER_E = 101;

/** Powers of ten that a double holds exactly; with a mantissa below 2^53 one operation rounds correctly (Clinger 1990). */
const EXACT_POWERS = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];
const MAX_EXACT_POWER = 22;
/** Beyond this another digit could leave the range of exact integers. */
const MAX_MANTISSA = (Number.MAX_SAFE_INTEGER - 9) / 10;

/**
 * Reads the number that starts at `at` into `out[index]` and returns where it ends, or -1 when there is none.
 * The double is the one `Number()` gives. Accepts what Go's ParseFloat accepts, less hex and underscores:
 * decimals, exponents, `NaN`, `Inf` and `Infinity` in any case. It stops at the first character that does not belong.
 */
export function readNumber(text: string, at: number, out: Float64Array, index: number): number {
  let pos = at;
  let code = text.charCodeAt(pos);
  const negative = code === CODE_MINUS;
  if (negative || code === CODE_PLUS) {
    pos += 1;
    code = text.charCodeAt(pos);
  }

  const digitsStart = pos;
  let mantissa = 0;
  let exact = true;
  while (code >= CODE_0 && code <= CODE_9) {
    if (mantissa > MAX_MANTISSA) exact = false;
    mantissa = mantissa * 10 + (code - CODE_0);
    pos += 1;
    code = text.charCodeAt(pos);
  }
  let digits = pos - digitsStart;
  let scale = 0;
  if (code === CODE_DOT) {
    pos += 1;
    const fractionStart = pos;
    code = text.charCodeAt(pos);
    while (code >= CODE_0 && code <= CODE_9) {
      if (mantissa > MAX_MANTISSA) exact = false;
      mantissa = mantissa * 10 + (code - CODE_0);
      pos += 1;
      code = text.charCodeAt(pos);
    }
    scale = fractionStart - pos;
    digits += pos - fractionStart;
  }
  if (digits === 0) return readSpecial(text, at, out, index);

  if (code === CODE_LOWER_E || code === CODE_UPPER_E) {
    let cursor = pos + 1;
    let exponentCode = text.charCodeAt(cursor);
    const negativeExponent = exponentCode === CODE_MINUS;
    if (negativeExponent || exponentCode === CODE_PLUS) {
      cursor += 1;
      exponentCode = text.charCodeAt(cursor);
    }
    if (!(exponentCode >= CODE_0 && exponentCode <= CODE_9)) return -1;
    let exponent = 0;
    while (exponentCode >= CODE_0 && exponentCode <= CODE_9) {
      if (exponent < 100_000) exponent = exponent * 10 + (exponentCode - CODE_0);
      cursor += 1;
      exponentCode = text.charCodeAt(cursor);
    }
    scale += negativeExponent ? -exponent : exponent;
    pos = cursor;
  }

  if (!exact || scale > MAX_EXACT_POWER || scale < -MAX_EXACT_POWER) {
    out[index] = Number(text.slice(at, pos));
    return pos;
  }
  const power = EXACT_POWERS[scale < 0 ? -scale : scale] ?? 1;
  const value = scale < 0 ? mantissa / power : mantissa * power;
  out[index] = negative ? -value : value;
  return pos;
}

function readSpecial(text: string, at: number, out: Float64Array, index: number): number {
  const token = text.slice(at, at + 9).toLowerCase();
  const signed = token.startsWith('+') || token.startsWith('-');
  const word = signed ? token.slice(1) : token;
  if (!signed && word.startsWith('nan')) {
    out[index] = Number.NaN;
    return at + 3;
  }
  const length = word.startsWith('infinity') ? 8 : word.startsWith('inf') ? 3 : 0;
  if (length === 0) return -1;
  out[index] = token.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return at + length + (signed ? 1 : 0);
}
