import type { MemoryPoint } from '#lib/detect/memory-point.ts';

const MINUTE_MS = 60_000;

/** The lows of memory of the last minutes of one subject, with the load: 12 bytes a minute, so that thousands fit. */
export class MemoryMinutes {
  readonly #bytes: Float64Array;
  readonly #load: Float32Array;
  #newest = -1;

  constructor(spanMs: number) {
    const length = Math.ceil(spanMs / MINUTE_MS);
    this.#bytes = new Float64Array(length).fill(Number.NaN);
    this.#load = new Float32Array(length).fill(Number.NaN);
  }

  /** The newest minute that is known; null before the first. */
  get newestMs(): number | null {
    return this.#newest < 0 ? null : this.#newest * MINUTE_MS;
  }

  /** Sets the minute that `atMs` lies in; one that is older than the span is left out. null is unknown. */
  set(atMs: number, bytes: number | null, load: number | null): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    const length = this.#bytes.length;
    if (minute <= this.#newest - length) return;
    if (minute > this.#newest) this.#forget(Math.max(this.#newest + 1, minute - length + 1), minute);
    this.#newest = Math.max(this.#newest, minute);
    this.#bytes[minute % length] = bytes ?? Number.NaN;
    this.#load[minute % length] = load ?? Number.NaN;
  }

  #forget(from: number, to: number): void {
    for (let minute = from; minute <= to; minute += 1) {
      this.#bytes[minute % this.#bytes.length] = Number.NaN;
      this.#load[minute % this.#load.length] = Number.NaN;
    }
  }

  /** Minutes with a reading from `fromMs` on, oldest first. */
  since(fromMs: number): readonly MemoryPoint[] {
    const length = this.#bytes.length;
    const first = Math.max(0, this.#newest - length + 1, Math.ceil(fromMs / MINUTE_MS));
    const points: MemoryPoint[] = [];
    for (let minute = first; minute <= this.#newest; minute += 1) {
      const [bytes, load] = [this.#bytes[minute % length] ?? Number.NaN, this.#load[minute % length] ?? Number.NaN];
      if (Number.isNaN(bytes)) continue;
      points.push({ atMs: minute * MINUTE_MS, bytes, load: Number.isNaN(load) ? null : load });
    }
    return points;
  }
}
