import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
// Not sparticuz's own arguments: they are for Lambda, end the browser with its first page and switch web security off.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** A Chromium of the system where there is one, otherwise the one from npm. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = SYSTEM.find((file) => existsSync(file)) ?? (await sparticuz.executablePath());
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export type WatchedPage = { readonly page: Page; readonly context: BrowserContext; problems(): readonly string[] };

export type Look = { readonly width?: number; readonly height?: number; readonly scheme?: 'light' | 'dark' };

/** A page that remembers every console error, page error and failed answer of our own server. */
export async function openPage(browser: Browser, look: Look = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
    colorScheme: look.scheme ?? 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
  });
  return { page, context, problems: () => problems };
}
