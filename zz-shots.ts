import { launchBrowser, openPage } from '#tests/e2e/browser.ts';
const base = 'http://127.0.0.1:3971';
const browser = await launchBrowser();
const paths = process.argv.slice(2);
for (const path of paths)
  for (const look of [{ scheme: 'light', width: 1400 }, { scheme: 'dark', width: 1400 }, { scheme: 'light', width: 375 }] as const) {
    const { page, context, problems } = await openPage(browser, { ...look, height: 1000 });
    await page.goto(base + path);
    await page.waitForTimeout(3500);
    for (let y = 0; y < 6000; y += 700) { await page.mouse.wheel(0, 700); await page.waitForTimeout(250); }
    await page.waitForTimeout(2500);
    await page.evaluate(() => window.scrollTo(0, 0));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const name = path.replaceAll(/[^a-z0-9]+/gi, '-');
    await page.screenshot({ path: `/tmp/sla-shots/${name}-${look.scheme}-${look.width}.png`, fullPage: true });
    console.log(path, look.scheme, look.width, 'overflow', wide, problems());
    await context.close();
  }
await browser.close();
