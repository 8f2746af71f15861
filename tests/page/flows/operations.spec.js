import { expect, searchFor, test } from './fixtures.js';

test('The figures are live: a search is counted, its latency drawn, the index has a size', async ({ page }) => {
  await page.goto('/operations');
  const searches = page.locator('.tile', { hasText: 'Searches' });
  await expect(searches).toBeVisible();
  const number = async () => Number((await searches.locator('dd').first().textContent()).replace(/\D/g, ''));
  const before = await number();
  await searchFor(page, `q=a+flower&not=${Date.now()}`);
  await page.goto('/operations');
  await expect.poll(number).toBeGreaterThan(before);
  await expect(page.locator('.tile', { hasText: 'Search, median' })).toContainText(/\d m?s/);
  await expect(page.locator('.tile', { hasText: 'Index' })).toContainText(/[KMG]iB/);
  await expect(page.locator('.chart canvas')).toHaveCount(6);
  // The gateway remembers the last minutes: a line is drawn at once.
  const drawn = () => page.locator('.chart canvas').first().evaluate((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size);
  await expect.poll(drawn, { timeout: 2_500 }).toBeGreaterThan(8);
});
