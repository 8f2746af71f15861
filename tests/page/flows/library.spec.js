import { cards, expect, test } from './fixtures.js';

test('The library lists every video with its state and coverage, found by name, state and order in the address', async ({ page }) => {
  await page.goto('/library');
  // Nineteen were there when the gateway began; the tests of ingestion add some.
  await expect(page.getByText(/^(19|2\d) videos,/)).toBeVisible();
  expect(await cards(page).count()).toBeGreaterThanOrEqual(19);
  await expect(cards(page).filter({ hasText: 'bunny.mp4' })).toContainText('Searchable');
  await expect(cards(page).filter({ hasText: 'bunny.mp4' }).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100');
  await page.getByLabel('Find a video').fill('park-');
  await expect(cards(page)).toHaveCount(7);
  expect(new URL(page.url()).searchParams.get('name')).toBe('park-');
  await page.getByLabel('Order').selectOption('longest');
  await page.reload();
  await expect(cards(page)).toHaveCount(7);
  await expect(page.getByLabel('Order')).toHaveValue('longest');
  await page.getByLabel('Find a video').fill('no such video');
  await expect(page.getByRole('heading', { name: 'No video fits' })).toBeVisible();
});

test('A video shows its facts and shots, and is searched and played from there', async ({ page }) => {
  await page.goto('/library?name=garden-walk');
  await cards(page).first().locator('.moment-link').click();
  await expect(page.getByRole('heading', { name: 'garden-walk.mp4' })).toBeVisible();
  await expect(page.getByText('640 × 360, 25 frames a second')).toBeVisible();
  await expect(page.getByRole('heading', { name: '4 shots' })).toBeVisible();
  await page.getByRole('link', { name: 'Shot 0:08 – 0:15' }).click();
  await expect(page.locator('.moment-view')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'garden-walk.mp4' })).toBeVisible();
  await page.getByRole('link', { name: 'Search in it' }).click();
  await page.getByRole('searchbox').fill('a flower');
  await page.keyboard.press('Enter');
  await expect.poll(async () => new Set(await cards(page).locator('.moment-name').allTextContents())).toEqual(new Set(['garden-walk.mp4']));
});
