import { readFileSync } from 'node:fs';
import { cards, expect, searchFor, test } from './fixtures.js';

async function videoId(page, name) {
  const { videos } = await (await page.request.get('/api/v1/videos')).json();
  return videos.find((one) => one.video === name).videoId;
}

/** A basket of two passages, one of them of 29.97 footage, by a link. */
async function filled(page) {
  const [garden, match] = [await videoId(page, 'garden-walk.mp4'), await videoId(page, 'match-2997.mp4')];
  await page.goto(`/basket?item=${garden}@2-5.52&item=${match}@1-3`);
  await expect(page.locator('.basket-list li')).toHaveCount(2);
}

async function exported(page, name) {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name, exact: false }).click();
  const file = await download;
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

test('Moments are chosen in the results, counted, kept over a reload, and taken out again with a way back', async ({ page }) => {
  await searchFor(page, 'q=a+cat&fold=no');
  await cards(page).first().hover();
  await cards(page).first().getByRole('button', { name: 'Put into the basket' }).click();
  await cards(page).nth(1).locator('.moment-link').focus();
  await page.keyboard.press('s');
  await expect(page.getByLabel('2 chosen')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('2 chosen')).toBeVisible();
  await page.getByRole('link', { name: /Basket/ }).click();
  await expect(page.locator('.basket-list li')).toHaveCount(2);
  await expect(page.locator('.basket-list li').first()).toContainText('a cat');
  await page.getByRole('button', { name: 'Empty' }).click();
  await expect(page.getByRole('heading', { name: 'Collect moments here' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.basket-list li')).toHaveCount(2);
});

test('A basket is put in order and goes into a link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await filled(page);
  await page.getByRole('button', { name: /^Move garden-walk.mp4 .* down/ }).click();
  await expect(page.locator('.basket-list li').first()).toContainText('match-2997.mp4');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link to this basket copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Empty' }).click();
  await page.goto(link);
  await expect(page.locator('.basket-list li').first()).toContainText('match-2997.mp4');
  await expect(page.locator('.basket-list li')).toHaveCount(2);
});

test('JSON and CSV carry seconds and timecode in each video’s own frame rate', async ({ page }) => {
  await filled(page);
  const json = await exported(page, 'JSON');
  expect(json.name).toBe('ClusterSearch.json');
  const { moments } = JSON.parse(json.content);
  expect(moments.map(({ video, start, end, timecodeIn, timecodeOut }) => [video, start, end, timecodeIn, timecodeOut])).toEqual([
    ['garden-walk.mp4', 2, 5.52, '00:00:02:00', '00:00:05:13'],
    // 1 s is frame 30 (29.97), 3 s frame 90 (89.91). The file begins at 00:00:58;00, frame 1740: 1770 is 59;00, 1830 is 32 after ;02 is skipped to at 1800.
    ['match-2997.mp4', 1, 3, '00:00:59;00', '00:01:01;02'],
  ]);
  const csv = (await exported(page, 'CSV')).content.toString();
  expect(csv.split('\r\n')).toHaveLength(4);
  expect(csv).toContain('00:01:01;02');
});

test('An EDL is written for each frame rate', async ({ page }) => {
  await filled(page);
  const lists = [];
  page.on('download', async (download) => lists.push({ name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }));
  await page.getByRole('button', { name: /EDL/ }).click();
  await expect.poll(() => lists.length).toBe(2);
  const [plain, drop] = lists.sort((a, b) => a.name.localeCompare(b.name));
  expect(plain.name).toBe('ClusterSearch-25.edl');
  expect(plain.text).toContain('00:00:02:00 00:00:05:13 01:00:00:00 01:00:03:13');
  expect(drop.text).toContain('FCM: DROP FRAME');
  expect(drop.text).toContain('00:00:59;00 00:01:01;02 01:00:00;00 01:00:02;00');
});

test('FCPXML is well-formed and names both files', async ({ page }) => {
  await filled(page);
  const { name, content } = await exported(page, 'FCPXML');
  expect(name).toBe('ClusterSearch.fcpxml');
  const read = await page.evaluate((text) => {
    const xml = new DOMParser().parseFromString(text, 'application/xml');
    return { fault: xml.querySelector('parsererror')?.textContent ?? null, clips: [...xml.querySelectorAll('asset-clip')].map((clip) => clip.getAttribute('name')), sources: [...xml.querySelectorAll('media-rep')].map((one) => one.getAttribute('src')) };
  }, content.toString());
  expect(read.fault).toBeNull();
  expect(read.clips).toEqual(['garden-walk.mp4', 'match-2997.mp4']);
  for (const source of read.sources) expect(source).toMatch(/^file:\/\/\/.*\.mp4$/);
});

test('The clips come as one ZIP', async ({ page }) => {
  await filled(page);
  const { name, content } = await exported(page, 'Clips as ZIP');
  expect(name).toBe('ClusterSearch.zip');
  expect(content.subarray(0, 4)).toEqual(Buffer.from('PK\x03\x04'));
  // Each entry's name stands in its local header and once more in the directory at the end.
  expect(content.toString('latin1').match(/garden-walk[^/]*?\.mp4/g)).toHaveLength(2);
  expect(content.toString('latin1').match(/match-2997[^/]*?\.mp4/g)).toHaveLength(2);
});
