import { defineConfig } from '@playwright/test';

// `run` starts the gateway and says where everything is.
const { PAGE_URL, PAGE_CHROMIUM, PAGE_RESULTS } = process.env;

export default defineConfig({
  testDir: './flows',
  outputDir: `${PAGE_RESULTS}/playwright`,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  workers: 2,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: `${PAGE_RESULTS}/playwright.json` }]],
  use: {
    baseURL: PAGE_URL,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'off',
    launchOptions: {
      executablePath: PAGE_CHROMIUM,
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--autoplay-policy=no-user-gesture-required'],
    },
  },
});
