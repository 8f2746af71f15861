import { execFileSync } from 'node:child_process';
import { cards, expect, openFirst, searchFor, test, videoTime } from './fixtures.js';

const params = (page) => new URL(page.url()).searchParams;
const seekBar = (page) => page.getByRole('slider', { name: 'Place in the video' });
const playing = (page) => page.locator('.player video').evaluate((video) => !video.paused);

async function videoId(page, name) {
  const { videos } = await (await page.request.get('/api/v1/videos')).json();
  return videos.find((one) => one.video === name).videoId;
}

test('A moment opens above the results at its own time, and closing leaves the results as they were', async ({ page }) => {
  await searchFor(page, 'q=a+flower&fold=no');
  const link = cards(page).nth(9).locator('.moment-link');
  await link.scrollIntoViewIfNeeded();
  const scroll = await page.evaluate(() => scrollY);
  await link.click();
  await expect(page.getByRole('dialog', { name: /Moment of/ })).toBeVisible();
  const [start, end] = params(page).get('t').split('-').map(Number);
  // The key frames of the whole grid may be made first: this is the first test of a cold gateway.
  await expect.poll(() => videoTime(page), { timeout: 25_000 }).toBeCloseTo(start, 1);
  expect(end).toBeGreaterThan(start);
  await page.keyboard.press('Escape');
  await expect(page.locator('.moment-view')).toHaveCount(0);
  expect(await page.evaluate(() => scrollY)).toBe(scroll);
  await expect(link).toBeFocused();
});

test('The strip shows the whole video’s scores: high where the cat is, low where it is not', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  const answered = page.waitForResponse((response) => /\/scores/.test(response.url()));
  await page.goto(`/moment/${id}?t=0-8&q=a+cat`);
  await answered;
  const bar = seekBar(page);
  await expect(bar).toBeVisible();
  const score = async () => Number((await bar.getAttribute('aria-valuetext')).match(/score (-?[\d.]+)/)[1]);
  await expect.poll(score).toBeGreaterThan(0.3);
  await bar.focus();
  const box = await bar.boundingBox();
  await bar.click({ position: { x: box.width * 0.5, y: 30 } });
  await expect.poll(() => videoTime(page)).toBeCloseTo(15.5, 0);
  await expect.poll(score).toBeLessThan(0.3);
  // The place is in the address: a reload comes back to it.
  await expect.poll(() => Number(params(page).get('at'))).toBeCloseTo(15.5, 0);
  await page.reload();
  await expect.poll(() => videoTime(page)).toBeCloseTo(15.5, 0);
});

test('The threshold is dragged, the passages above it follow, and a passage opens as a moment', async ({ page }) => {
  const id = await videoId(page, 'space-day.mp4');
  await page.goto(`/moment/${id}?t=0-9&q=a+cat`);
  const handle = page.getByRole('slider', { name: 'Threshold' });
  await expect(page.getByText(/1 passage above/)).toBeVisible();
  const box = await handle.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x, box.y + 200, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => params(page).get('th')).not.toBeNull();
  const low = Number(params(page).get('th'));
  await expect(page.locator('.passages button').first()).toContainText('0:00–0:27');
  await handle.press('ArrowUp');
  await expect.poll(() => Number(params(page).get('th'))).toBeGreaterThan(low);
  await page.goto(`/moment/${id}?t=0-9&q=a+cat&th=0.4`);
  await page.locator('.passages button').first().click();
  // The cat is there from 23 s on; smoothing stays inside the shot.
  await expect.poll(() => params(page).get('t')).toMatch(/^23-2[67]/);
  await expect.poll(() => videoTime(page)).toBeCloseTo(23, 0);
});

test('The curve is shown with and without smoothing, on one scale', async ({ page }) => {
  await openFirst(page, 'q=a+cup+of+espresso&video=' + (await videoId(page, 'garden-walk.mp4')));
  const path = () => page.locator('.strip-area').getAttribute('d');
  await expect(page.locator('.strip-area')).toHaveAttribute('d', /^M/);
  const smoothed = await path();
  await page.getByRole('button', { name: 'Every sample' }).click();
  await expect.poll(path).not.toBe(smoothed);
  expect(params(page).get('smooth')).toBe('no');
  await page.getByRole('button', { name: 'Smoothed' }).click();
  await expect.poll(path).toBe(smoothed);
});

test('Space, K, J and L, arrows and full stops move the player', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=8-15&q=a+cat`);
  await expect.poll(() => videoTime(page)).toBeCloseTo(8, 1);
  await page.keyboard.press('Space');
  await expect.poll(() => playing(page)).toBe(true);
  await expect.poll(() => videoTime(page)).toBeGreaterThan(8.2);
  await page.keyboard.press('k');
  await expect.poll(() => playing(page)).toBe(false);
  await page.keyboard.press('Home');
  await expect.poll(() => videoTime(page)).toBeCloseTo(8, 2);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => videoTime(page)).toBeCloseTo(9, 2);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(() => videoTime(page)).toBeCloseTo(4, 2);
  await page.keyboard.press('.');
  await expect.poll(() => videoTime(page)).toBeCloseTo(4.04, 2);
  await page.keyboard.press(',');
  await expect.poll(() => videoTime(page)).toBeCloseTo(4, 2);
  await page.keyboard.press('l');
  await page.keyboard.press('l');
  await expect(page.getByText('2×', { exact: true })).toBeVisible();
  expect(await page.locator('.player video').evaluate((video) => video.playbackRate)).toBe(2);
  await page.keyboard.press('k');
  const before = await videoTime(page);
  await page.keyboard.press('j');
  await expect(page.getByText('−1×')).toBeVisible();
  await expect.poll(() => videoTime(page)).toBeLessThan(before - 0.2);
  await page.keyboard.press('k');
});

test('Neighbouring shots open, and arrows go through the results', async ({ page }) => {
  await openFirst(page, 'q=a+cup+of+espresso&fold=no');
  const first = params(page).get('t') + new URL(page.url()).pathname;
  await expect(page.locator('.moment-steps')).toContainText('1 of');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => params(page).get('t') + new URL(page.url()).pathname).not.toBe(first);
  await expect(page.locator('.moment-steps')).toContainText('2 of');
  await expect.poll(() => page.locator('.player video').evaluate((video) => video.readyState)).toBeGreaterThan(1);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => params(page).get('t') + new URL(page.url()).pathname).toBe(first);
  const shots = page.getByRole('region', { name: 'Neighbouring shots' }).getByRole('link');
  await expect(shots).toHaveCount(4);
  const words = await shots.last().textContent();
  await shots.last().click();
  await expect(page.locator('.shot[aria-current]')).toHaveText(words);
});

test('More like this finds the same thing elsewhere, beside the moment and as a search', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=0-8&q=a+cat`);
  const beside = page.getByRole('region', { name: 'More like this' }).getByRole('link');
  await expect(beside.first()).toBeVisible();
  await page.getByRole('button', { name: 'More like this', exact: true }).click();
  await expect.poll(() => params(page).get('like')).toContain(`${id}@`);
  await expect(cards(page).first()).toContainText(/cat|tabby/);
  await expect(page.locator('.chip.part img')).toHaveJSProperty('complete', true);
});

test('A region of the picture is drawn and searched', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=8-15&q=a+cat`);
  await expect.poll(() => page.locator('.player video').evaluate((video) => video.readyState)).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Search a region' }).click();
  const box = await page.locator('.crop').boundingBox();
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 6 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Search this region' }).click();
  await expect.poll(() => params(page).get('like')).not.toBeNull();
  const [x, y, width, height] = params(page).get('like').split(':')[1].split(',').map(Number);
  expect(x).toBeCloseTo(0.1, 1);
  expect(y).toBeCloseTo(0.1, 1);
  expect(width).toBeCloseTo(0.5, 1);
  expect(height).toBeCloseTo(0.6, 1);
  await expect(cards(page).first()).toContainText('espresso');
  await page.goBack();
  await expect(page.locator('.moment-view')).toBeVisible();
  await expect.poll(() => page.locator('.player video').evaluate((video) => video.readyState)).toBeGreaterThan(1);
  // By keyboard alone: moved by arrows, widened with Shift, searched with Enter, left with Escape.
  await page.keyboard.press('c');
  const region = page.getByRole('group', { name: /^Region/ });
  await expect(region).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(region).toHaveAccessibleName(/from 32 % across, 25 % down; 40 % wide, 52 % high/);
  await page.keyboard.press('Escape');
  await expect(region).toHaveCount(0);
  await expect(page.locator('.moment-view')).toBeVisible();
});

test('Thumbs are sent and stay pressed', async ({ page }) => {
  await openFirst(page, 'q=a+cat');
  const sent = page.waitForResponse((response) => response.url().includes('/feedback') && response.request().method() !== 'GET');
  await page.getByRole('button', { name: 'This is right' }).click();
  expect((await sent).status()).toBeLessThan(300);
  await expect(page.getByRole('button', { name: 'This is right' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'This is wrong' }).click();
  await expect(page.getByRole('button', { name: 'This is right' })).toHaveAttribute('aria-pressed', 'false');
});

test('The clip that is downloaded is as long as the moment', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=9.2-11.6&q=a+cat`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Clip' }).click();
  const file = await (await download).path();
  const seconds = Number(execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=duration', '-of', 'csv=p=0', file], { encoding: 'utf8' }));
  expect(seconds).toBeCloseTo(2.4, 1);
});

test('A link with the time on screen is copied, and leads there', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=8-15&q=a+cat`);
  await expect.poll(() => videoTime(page)).toBeCloseTo(8, 1);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => videoTime(page)).toBeCloseTo(9, 1);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText(/Link to 0:09.0 copied/)).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto(link);
  await expect.poll(() => videoTime(page)).toBeCloseTo(9, 1);
  await expect(page.getByRole('link', { name: 'a cat' })).toBeVisible();
});

test('The moment plays round and round while “Loop” is on', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}?t=8-8.6&q=a+cat`);
  await expect.poll(() => videoTime(page)).toBeCloseTo(8, 1);
  await page.getByRole('button', { name: 'Loop the moment' }).click();
  await page.locator('body').press('k');
  await page.waitForFunction(() => { const video = document.querySelector('.player video'); globalThis.most = Math.max(globalThis.most ?? 0, video.currentTime); return globalThis.most > 8.4 && video.currentTime < globalThis.most - 0.2; });
  expect(await page.evaluate(() => globalThis.most)).toBeLessThan(8.9);
});

test('A format that browsers do not play is transcoded and begins at the right time', async ({ page }) => {
  const id = await videoId(page, 'old-camera.avi');
  await page.goto(`/moment/${id}?t=2-6&q=a+rocket`);
  await expect.poll(() => page.locator('.player video').evaluate((video) => video.readyState), { timeout: 20_000 }).toBeGreaterThan(1);
  await expect.poll(() => page.locator('.player').getAttribute('data-time')).toMatch(/^2\./);
  await page.keyboard.press('Space');
  await expect.poll(async () => Number(await page.locator('.player').getAttribute('data-time'))).toBeGreaterThan(2.3);
  expect(await page.locator('.player video').evaluate((video) => video.videoWidth)).toBe(480);
  await expect(page.locator('.player-fault')).toHaveCount(0);
});

test('Without a query the strip asks for one', async ({ page }) => {
  const id = await videoId(page, 'garden-walk.mp4');
  await page.goto(`/moment/${id}`);
  await page.getByLabel('What to look for in this video').fill('a cat');
  await page.keyboard.press('Enter');
  await expect(seekBar(page)).toBeVisible();
});
