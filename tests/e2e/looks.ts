import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const LOOKS = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 1024, scheme: 'light' },
  { width: 375, scheme: 'dark' },
  { width: 320, scheme: 'light' },
] as const;

/** In both themes and every width nothing scrolls sideways and nothing is still loading. */
export async function expectFits(page: Page, path: string): Promise<void> {
  for (const { width, scheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const look = `${path} at ${width} ${scheme}`;
    await expect.poll(() => wideOf(page), { message: look }).toEqual({ page: width, beyond: [] });
    await expect
      .poll(() => background(page), { message: look })
      .toBe(scheme === 'dark' ? 'rgb(14, 16, 19)' : 'rgb(246, 247, 248)');
    const loading = page.locator('[aria-busy=true]:visible');
    await expect.poll(() => loading.count(), { message: `${look}: still loading` }).toBe(0);
  }
}

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

/** The width of the page, and the boxes that cut something off; between a phone and a desk a wide table may scroll in its box. */
function wideOf(page: Page): Promise<{ page: number; beyond: string[] }> {
  return page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    beyond: [...document.querySelectorAll('main div, main section')]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto')
      .filter(() => window.innerWidth !== 1024)
      .map((box) => `${box.querySelector('caption')?.textContent ?? box.className}: ${box.scrollWidth}`),
  }));
}

/** Terms that stand under their own value, because it left them less room than they need. */
export function coveredTerms(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main dt')]
      .filter((term) => term.clientWidth > 0 && term.scrollWidth > term.clientWidth + 1)
      .map((term) => term.textContent ?? ''),
  );
}

/** Controls and images without a name, fields without a label, and names that are used by two landmarks of one kind. */
export function unnamed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const nameOf = (element: Element): string =>
      (
        element.getAttribute('aria-label') ??
        (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
          ? [...(element.labels ?? [])].map((label) => label.textContent).join(' ')
          : element.textContent)
      )?.trim() ?? '';
    const selector = 'a[href], button, input, textarea, select, [role=img], [role=slider], nav, section[tabindex]';
    return [...document.querySelectorAll(selector)]
      .filter((element) => nameOf(element) === '' && element.closest('[aria-hidden=true]') === null)
      .map((element) => element.outerHTML.slice(0, 120));
  });
}

/** Brings every panel into view. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
      window.scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    window.scrollTo(0, 0);
  });
}
