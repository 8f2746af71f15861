import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test as base, expect } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every test fails on what the console calls an error, what the CSP refuses included. `expectFault` allows one that a test provokes. */
export const test = base.extend({
  allowed: async ({}, use) => use([]),
  expectFault: async ({ allowed }, use) => use((pattern) => allowed.push(pattern)),
  page: async ({ page, allowed, baseURL }, use) => {
    const faults = [];
    page.on('console', (message) => { if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`); });
    page.on('pageerror', (error) => faults.push(error.stack ?? String(error)));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:' && origin !== new URL(baseURL).origin) faults.push(`request to the outside: ${request.url()}`);
    });
    await use(page);
    expect(faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault))), 'the console and the network stay clean').toEqual([]);
  },
});

export { expect };

export const cards = (page) => page.locator('main .grid .moment:not([aria-hidden])');

/** Opens an address and waits until its results are there. */
export async function searchFor(page, query) {
  await page.goto(`/?${query}`);
  await expect(cards(page).first()).toBeVisible();
  await expect(page.locator('section[aria-busy="true"]')).toHaveCount(0);
}

export async function openFirst(page, query) {
  await searchFor(page, query);
  await cards(page).first().locator('.moment-link').click();
  await expect(page.locator('.moment-view')).toBeVisible();
  await expect.poll(() => page.locator('.player video').evaluate((video) => video.readyState)).toBeGreaterThan(1);
}

export const videoTime = (page) => page.locator('.player video').evaluate((video) => video.currentTime);

/** Serious and critical findings of axe-core, one line each. */
export async function seriousFindings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`));
}
