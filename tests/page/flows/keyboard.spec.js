import { cards, expect, searchFor, test } from './fixtures.js';

test('The page is used by keyboard alone: slash, arrows, Enter, Escape, question mark', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('a cat');
  await page.keyboard.press('Enter');
  await expect(cards(page).first()).toBeVisible();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('ArrowDown');
  const link = (index) => cards(page).nth(index).locator('.moment-link');
  await expect(link(0)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(link(1)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  const [first, below] = [await link(0).boundingBox(), await page.locator(':focus').boundingBox()];
  expect(below.x).toBeCloseTo(first.x, 0);
  expect(below.y).toBeGreaterThan(first.y);
  await page.keyboard.press('ArrowUp');
  await expect(link(0)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.moment-view')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toHaveCount(0);
  await expect(page.locator('.moment-view')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.moment-view')).toHaveCount(0);
  await expect(link(0)).toBeFocused();
  await page.keyboard.press('m');
  await expect.poll(() => new URL(page.url()).searchParams.get('like')).not.toBeNull();
});

test('Letters typed into the search box do nothing else', async ({ page }) => {
  await searchFor(page, 'q=a+cat');
  await page.keyboard.press('/');
  await page.keyboard.type('s?mk/');
  await expect(page.getByRole('searchbox')).toHaveValue('s?mk/');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('The first stop of Tab leads past the navigation', async ({ page }) => {
  await page.goto('/library');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
});

test('Tab stays inside an open moment', async ({ page }) => {
  await searchFor(page, 'q=a+cat');
  await link(page).click();
  await expect(page.locator('.moment-view')).toBeVisible();
  for (let i = 0; i < 60; i++) await page.keyboard.press('Tab');
  expect(await page.evaluate(() => Boolean(document.activeElement.closest('.moment-view')))).toBe(true);
});

const link = (page) => cards(page).first().locator('.moment-link');
