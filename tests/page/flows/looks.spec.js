import { expect, openFirst, searchFor, seriousFindings, test } from './fixtures.js';

const widths = { 390: 844, 1280: 860, 2560: 1440 };
const results = process.env.PAGE_RESULTS;

/** Each page as a person would meet it. */
const pages = {
  home: (page) => page.goto('/'),
  search: (page) => searchFor(page, 'q=a+cat'),
  nothing: (page) => page.goto('/?q=submarine+invoices&filters=open'),
  moment: (page) => openFirst(page, 'q=a+cat'),
  basket: async (page) => {
    const { videos } = await (await page.request.get('/api/v1/videos')).json();
    const id = (name) => videos.find((one) => one.video === name).videoId;
    await page.goto(`/basket?item=${id('garden-walk.mp4')}@2-5.5&item=${id('space-day.mp4')}@1-8&item=${id('bunny.mp4')}@0-5`);
    await expect(page.locator('.basket-list li')).toHaveCount(3);
    await expect(page.locator('.toast')).toHaveCount(0, { timeout: 12_000 });
  },
  library: (page) => page.goto('/library'),
  video: async (page) => {
    await page.goto('/library?name=garden-walk');
    await page.locator('.video-card .moment-link').first().click();
    await expect(page.getByRole('heading', { name: '4 shots' })).toBeVisible();
  },
  ingestion: (page) => page.goto('/ingestion'),
  operations: async (page) => {
    await page.goto('/operations');
    await expect(page.locator('.chart canvas').first()).toBeVisible();
  },
};

const settled = async (page) => {
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
  await expect(page.locator('main .skeleton')).toHaveCount(0);
};

for (const scheme of ['light', 'dark']) {
  for (const [name, open] of Object.entries(pages)) {
    test(`${name} in ${scheme}: no serious finding of axe, nothing wider than the window from phone to wide screen`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 1280, height: widths[1280] });
      await open(page);
      await settled(page);
      expect(await seriousFindings(page)).toEqual([]);
      for (const [width, height] of Object.entries(widths)) {
        await page.setViewportSize({ width: Number(width), height });
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        await expect.poll(() => page.evaluate(() => [...document.images].filter((img) => img.getBoundingClientRect().top < innerHeight && img.offsetParent).every((img) => img.complete))).toBe(true);
        const overflow = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.querySelector('.moment-view')?.scrollWidth ?? 0) - innerWidth);
        expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `${results}/looks/${name}-${width}-${scheme}.png` });
      }
      // A phone has the same things to find.
      await page.setViewportSize({ width: 390, height: widths[390] });
      if (scheme === 'dark') expect(await seriousFindings(page)).toEqual([]);
    });
  }
}

test('The help dialog and a chosen theme are kept and have no serious finding', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('?');
  expect(await seriousFindings(page)).toEqual([]);
});
