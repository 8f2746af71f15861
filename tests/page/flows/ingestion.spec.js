import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cards, expect, test } from './fixtures.js';

const footage = process.env.PAGE_FOOTAGE;

test.describe.configure({ mode: 'serial' });

test('A folder below a root is registered, its progress is shown live, and its footage can be searched', async ({ page }) => {
  await page.goto('/ingestion');
  await expect(page.getByRole('region', { name: 'Progress' })).toContainText('Idle');
  await page.getByLabel('File or folder').fill('later');
  await page.getByLabel('Camera').fill('later');
  const progress = page.getByRole('region', { name: 'Progress' });
  await page.getByRole('button', { name: 'Take in' }).click();
  await expect(progress.getByText('Live')).toBeVisible();
  await expect(progress.getByText('Idle')).toBeVisible({ timeout: 25_000 });
  // The file that is none is listed with what to do about it; the other one is there.
  const failures = page.getByRole('region', { name: 'Failures' });
  await expect(failures).toContainText('cut-off.mp4');
  await expect(failures.locator('.badge').first()).toHaveText(/^footage\./);
  await expect(failures.locator('.remedy').first()).not.toBeEmpty();
  await page.goto('/?q=a+pattern&camera=later');
  await expect(cards(page).first()).toContainText('later.mp4');
});

test('A file is uploaded, checked by its content and taken in', async ({ page }) => {
  await page.goto('/ingestion');
  const box = page.getByRole('region', { name: 'From this computer' });
  await box.locator('input[type=file]').setInputFiles({ name: 'sent.mp4', mimeType: 'video/mp4', buffer: readFileSync(join(footage, 'sent/sent.mp4')) });
  await expect(box).toContainText('Sent, being taken in');
  await page.goto('/library?name=sent');
  await expect(async () => {
    await page.reload();
    await expect(cards(page).first()).toContainText('Searchable', { timeout: 1000 });
  }).toPass({ timeout: 25_000 });
});

test('What is no video is refused with its reason', async ({ page, expectFault }) => {
  expectFault(/status of 4\d\d/);
  await page.goto('/ingestion');
  const box = page.getByRole('region', { name: 'From this computer' });
  await box.locator('input[type=file]').setInputFiles({ name: 'letter.mp4', mimeType: 'video/mp4', buffer: Buffer.from('Dear all, this is not a video. '.repeat(400)) });
  await expect(box.getByRole('alert')).not.toBeEmpty();
});

test('A path outside the roots is refused', async ({ page, expectFault }) => {
  expectFault(/status of 4\d\d/);
  await page.goto('/ingestion');
  await page.getByLabel('File or folder').fill('../../etc');
  await page.getByRole('button', { name: 'Take in' }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
});

test('Ingestion is paused and goes on', async ({ page }) => {
  await page.goto('/ingestion');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('A video is removed after a question, and its file stays', async ({ page }) => {
  await page.goto('/library?name=sent');
  await cards(page).first().locator('.moment-link').click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Remove sent/ }).click();
  await expect(page.getByText(/is forgotten; the file itself was not touched/)).toBeVisible();
  await page.goto('/library?name=sent');
  await expect(page.getByRole('heading', { name: 'No video fits' })).toBeVisible();
});
