import { store } from '../state/stored.js';

const key = 'clustersearch.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

const read = () => document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light');

export const theme = store(read());

dark.addEventListener('change', () => theme.set(read()));

/** The other one; back on the system's own choice the wish is forgotten, and the system followed again. */
export function toggleTheme() {
  const wanted = read() === 'dark' ? 'light' : 'dark';
  const follows = wanted === (dark.matches ? 'dark' : 'light');
  if (follows) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
  try { follows ? localStorage.removeItem(key) : localStorage.setItem(key, wanted); } catch { /* lasts as long as the page */ }
  theme.set(wanted);
}
