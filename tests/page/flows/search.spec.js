import { cards, expect, searchFor, seriousFindings, test } from './fixtures.js';

const words = (page) => page.getByRole('searchbox', { name: 'What to search for' });
const query = (page) => new URL(page.url()).searchParams;

test('Words find moments with picture, video, range and a relevance that is a word', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Find the moment' })).toBeVisible();
  await words(page).fill('a cat');
  await words(page).press('Enter');
  const first = cards(page).first();
  await expect(first).toContainText(/Strong match/);
  await expect(first).toContainText(/\d+:\d\d – \d+:\d\d/);
  await expect(first).toContainText(/\.(mp4|avi)/);
  await expect.poll(() => first.locator('img').evaluate((img) => img.naturalWidth)).toBeGreaterThan(100);
  expect(query(page).get('q')).toBe('a cat');
  await expect(page.getByText(/videos searched in .* m?s/)).toBeVisible();
  await page.reload();
  await expect(words(page)).toHaveValue('a cat');
  await expect(cards(page).first()).toContainText(/Strong match/);
});

test('A moment of footage with a known date shows its wall-clock time', async ({ page }) => {
  // gate was recorded from 10:00 in Berlin on 1 May, which the browser of this test lives in.
  await searchFor(page, 'q=a+cat&camera=gate');
  await expect(cards(page).first()).toContainText('1 May 2026, 10:00:0');
});

test('Words after a minus, and what is left out by the button, become negatives in the address', async ({ page }) => {
  await page.goto('/');
  await words(page).fill('a rocket -snow -"night sky"');
  await words(page).press('Enter');
  await expect(cards(page).first()).toBeVisible();
  expect(query(page).getAll('not')).toEqual(['snow', 'night sky']);
  await expect(words(page)).toHaveValue('a rocket');
  await page.getByRole('button', { name: 'Leave something out' }).click();
  await page.getByLabel('What it must not show').fill('water');
  await page.keyboard.press('Enter');
  await expect.poll(() => query(page).getAll('not')).toEqual(['snow', 'night sky', 'water']);
  await page.getByRole('button', { name: 'Remove “not snow”' }).click();
  await expect.poll(() => query(page).getAll('not')).toEqual(['night sky', 'water']);
});

test('Negatives alone are not searched, and the page says so', async ({ page }) => {
  await page.goto('/?not=snow');
  await expect(page.getByRole('heading', { name: 'Only negatives so far' })).toBeVisible();
});

/** A frame of a sample, as a file the page could be given. */
async function framePicture(page) {
  const { videos } = await (await page.request.get('/api/v1/videos')).json();
  const video = videos.find((one) => one.video === 'garden-walk.mp4');
  await searchFor(page, `q=a+cup+of+espresso&video=${video.videoId}`);
  const source = await cards(page).first().locator('img').getAttribute('src');
  return Buffer.from(await (await page.request.get(source)).body());
}

test('A chosen picture is searched, shown in the box, kept in the address and turned into a negative', async ({ page }) => {
  const picture = await framePicture(page);
  await page.goto('/');
  await page.locator('input[type=file]').setInputFiles({ name: 'cup.jpg', mimeType: 'image/jpeg', buffer: picture });
  await expect(cards(page).first()).toContainText('espresso');
  expect(query(page).get('picture')).toMatch(/^[\w-]+$/);
  await page.reload();
  await expect.poll(() => page.locator('.chip-picture img').evaluate((img) => img.naturalWidth)).toBeGreaterThan(10);
  await expect(cards(page).first()).toContainText('espresso');
  await words(page).fill('a cat');
  await words(page).press('Enter');
  await page.getByRole('button', { name: 'picture', exact: true }).click();
  await expect.poll(() => query(page).get('picture')).toMatch(/^-/);
  await expect(cards(page).first()).not.toContainText('espresso');
  await page.getByRole('button', { name: 'Remove picture' }).click();
  await expect.poll(() => query(page).get('picture')).toBeNull();
});

for (const kind of ['dropped', 'pasted']) {
  test(`A ${kind} picture is searched`, async ({ page }) => {
    const picture = [...(await framePicture(page))];
    await page.goto('/');
    await page.evaluate(([bytes, dropped]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'cup.jpg', { type: 'image/jpeg' }));
      if (dropped) for (const name of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      else document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
    }, [picture, kind === 'dropped']);
    await expect(cards(page).first()).toContainText('espresso');
    await expect(page.locator('.chip.part')).toHaveCount(1);
    await expect(page.locator('.drop-veil')).toHaveCount(0);
  });
}

test('What is no picture is refused in one line', async ({ page, expectFault }) => {
  expectFault(/status of 4\d\d/);
  await page.goto('/');
  await page.locator('input[type=file]').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  await expect(page.locator('.toast')).toBeVisible();
});

test('Filters by camera, zone, video, date and time confine the answer and stand in the address', async ({ page }) => {
  await searchFor(page, 'q=a+cat');
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Camera').selectOption('gate');
  await expect.poll(() => query(page).get('camera')).toBe('gate');
  await expect.poll(async () => (await cards(page).locator('.moment-name').allTextContents()).every((name) => name.startsWith('gate-'))).toBe(true);
  await page.getByRole('button', { name: 'Remove the filter camera: gate' }).click();

  await page.getByLabel('Zone').selectOption('meadow');
  await expect.poll(async () => (await cards(page).locator('.moment-name').allTextContents()).every((name) => name.startsWith('park-'))).toBe(true);
  await page.getByRole('button', { name: 'Clear all' }).click();

  await page.getByLabel('Video', { exact: true }).selectOption({ label: 'bunny.mp4' });
  await expect.poll(async () => new Set(await cards(page).locator('.moment-name').allTextContents())).toEqual(new Set(['bunny.mp4']));
  await page.getByRole('button', { name: 'Clear all' }).click();

  await page.getByLabel('Recorded from').fill('2026-06-01T00:00');
  await expect.poll(async () => (await cards(page).locator('.moment-name').allTextContents()).every((name) => name.startsWith('park-'))).toBe(true);
  await page.getByLabel('Recorded until').fill('2026-06-02T00:00');
  await expect(page.getByRole('heading', { name: 'Nothing stands out' })).toBeVisible();
  await page.getByRole('button', { name: 'Search without filters' }).click();
  await expect(cards(page).first()).toBeVisible();

  // The page keeps its panel open or closed in the address too.
  if (!(await page.getByLabel('In the video, from').isVisible())) await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('In the video, from').fill('0:20');
  await page.getByLabel('In the video, from').press('Enter');
  await expect.poll(() => query(page).get('from')).toBe('20');
  await expect.poll(async () => (await cards(page).locator('.moment-name').allTextContents()).some((name) => name.startsWith('gate-'))).toBe(false);
  await page.getByLabel('In the video, from').fill('soon');
  await page.getByLabel('In the video, from').press('Enter');
  await expect(page.getByText('Write it as 1:30 or 90')).toBeVisible();
});

test('“Nothing stands out” is said when the verdict says so', async ({ page }) => {
  const answered = page.waitForResponse((response) => response.url().includes('/api/v1/search'));
  await page.goto('/?q=submarine+invoices');
  expect((await (await answered).json()).verdict).toBe('nothing');
  await expect(page.getByRole('heading', { name: 'Nothing stands out' })).toBeVisible();
});

test('Repeats are folded under the best, and unfolded by a click that the address remembers', async ({ page }) => {
  await searchFor(page, 'q=a+cat');
  const fold = page.locator('.moment-fold').first();
  await expect(fold).toHaveText(/\d+ more like this/);
  const more = Number((await fold.textContent()).match(/\d+/)[0]);
  // The list may still be filling the window.
  let before = 0;
  await expect.poll(async () => { const last = before; before = await cards(page).count(); return before - last; }, { intervals: [700] }).toBe(0);
  await fold.click();
  await expect(cards(page)).toHaveCount(before + more);
  await page.reload();
  await expect(page.locator('.moment.similar')).toHaveCount(more);
  await page.getByRole('button', { name: 'Fold repeats' }).click();
  await expect.poll(() => query(page).get('fold')).toBe('no');
  await expect(page.locator('.moment-fold')).toHaveCount(0);
});

test('The end of the list brings more, moves nothing that is there, doubles nothing, and “back” finds its place again', async ({ page }) => {
  await searchFor(page, 'q=a+cat&fold=no');
  await expect(cards(page)).not.toHaveCount(0);
  const place = (index) => cards(page).nth(index).evaluate((card) => card.getBoundingClientRect().top + scrollY);
  const before = [await place(0), await place(7)];
  const first = await cards(page).count();
  await page.mouse.wheel(0, 20_000);
  await expect.poll(() => cards(page).count()).toBeGreaterThan(first);
  await expect(async () => {
    await page.mouse.wheel(0, 20_000);
    await expect(page.getByText('That is all.')).toBeVisible({ timeout: 700 });
  }).toPass();
  expect([await place(0), await place(7)]).toEqual(before);
  const keys = await cards(page).evaluateAll((all) => all.map((card) => card.dataset.key));
  expect(new Set(keys).size).toBe(keys.length);

  await page.evaluate(() => scrollTo(0, 900));
  await page.getByRole('link', { name: 'Library' }).click();
  await expect(page.getByRole('heading', { name: 'Library' })).toBeVisible();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(900);
  expect(await cards(page).count()).toBe(keys.length);
});

test('An unknown video in the address is said in one line, with a way on', async ({ page, expectFault }) => {
  expectFault(/status of 4\d\d/);
  await page.goto('/moment/00000000000000000000000000000000?t=1-2&q=a+cat');
  await expect(page.getByRole('heading', { name: 'This video cannot be shown' })).toBeVisible();
  await expect(page.getByText('video.not_found')).toBeVisible();
});

test('A gateway that does not answer is an error with a way to try again', async ({ page, expectFault }) => {
  expectFault(/Failed to load resource/);
  await page.route('**/api/v1/search', (route) => route.abort());
  await page.goto('/?q=a+cat');
  await expect(page.getByRole('heading', { name: 'The gateway does not answer' })).toBeVisible();
  await page.unroute('**/api/v1/search');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(cards(page).first()).toBeVisible();
});


test.describe('Over an index that the disk damaged', () => {
  test.use({ baseURL: process.env.PAGE_DAMAGED_URL });

  test('What is left out is said above the results, with what mends it', async ({ page }) => {
    await page.goto('/?q=a+cat');
    const said = page.locator('[data-left-out="damaged"]');
    await expect(said).toHaveText(/^\d+ parts? of the index (is|are) damaged and left out\. “clustersearch verify --repair”/);
    expect(await seriousFindings(page)).toEqual([]);
    await page.screenshot({ path: `${process.env.PAGE_RESULTS}/damaged.png` });
  });
});

test('Over a whole index nothing is said to be left out', async ({ page }) => {
  await searchFor(page, 'q=a+cat');
  await expect(page.locator('[data-left-out]')).toHaveCount(0);
});
