/** Waits until `check` gives something other than null or false; asks again every 50 ms. The test's own timeout is the limit. */
export async function until<T>(check: () => Promise<T | null | false> | T | null | false): Promise<T> {
  for (;;) {
    const result = await check();
    if (result !== null && result !== false) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
