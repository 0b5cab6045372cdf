/**
 * The wait between two rounds of one loop, which others may cut short. Not an AbortSignal: one of those a round, with its
 * weak references, would cost the garbage collector more than the wait is worth.
 */
export class Pause {
  #end: (() => void) | null = null;
  #isCut = false;

  /** Resolves after `ms`; at once when it was cut short since the last one began. Tells which. One at a time. */
  wait(ms: number): Promise<'over' | 'cut short'> {
    if (this.#isCut) {
      this.#isCut = false;
      return Promise.resolve('cut short');
    }
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#end = null;
          resolve('over');
        },
        Math.max(0, ms),
      );
      this.#end = () => {
        this.#end = null;
        clearTimeout(timer);
        resolve('cut short');
      };
    });
  }

  /** Ends the wait; the next one when there is none now. */
  cut(): void {
    if (this.#end === null) this.#isCut = true;
    else this.#end();
  }
}
