/** How each exporter's language prints a number. The pages differ in nothing as often as in this. */

const ZERO = 48;

/** client_python: Python's repr, but exponents from 1e6 on, and never less than two digits of them ("e+010" is real). */
export function pythonNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (Number.isInteger(value) && value > -1e6 && value < 1e6) return `${value}.0`;
  if (value >= 1e6 && value < 1e16) {
    const text = String(value);
    const dot = text.indexOf('.');
    const whole = dot < 0 ? text.length : dot;
    const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1);
    let end = digits.length;
    while (end > 1 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
    const mantissa = end === 1 ? digits[0] : `${digits[0]}.${digits.slice(1, end)}`;
    return `${mantissa}e+0${whole - 1}`;
  }
  const text = String(value);
  if (Math.abs(value) < 1e-4 && !text.includes('e')) return pythonExponent(value.toExponential());
  return text.includes('e') ? pythonExponent(text) : text.includes('.') ? text : `${text}.0`;
}

function pythonExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Go's FormatFloat(v, 'g', -1, 64), as client_golang prints. */
export function goNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(value);
  return pythonExponent(value.toExponential());
}

/** Rust's dtoa for floats: always with a point. */
export function rustFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

export function wholeNumber(value: number): string {
  return String(Math.round(value));
}

/** C's %f, which DCGM uses for doubles. */
export function sixDecimals(value: number): string {
  return value.toFixed(6);
}
