// The address is the state: what is on screen can be bookmarked, sent and gone back to.

import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

const listeners = new Set();

export const here = () => ({ path: location.pathname, params: new URLSearchParams(location.search) });

/** Where the page had been scrolled to when it was left, until what stood there is on screen again. */
let scrollWanted = null;

/** @param {string} address path and query. replace: for states that "back" should not stop at. */
export function navigate(address, { replace = false, keepScroll = false } = {}) {
  if (address === location.pathname + location.search) return;
  const depth = history.state?.depth ?? 0;
  if (replace) history.replaceState(history.state, '', address);
  else {
    history.replaceState({ depth, scroll: scrollY }, '');
    history.pushState({ depth: depth + 1 }, '', address);
    scrollWanted = null;
    if (!keepScroll) scrollTo(0, 0);
  }
  tell();
}

/** Goes to where the page was left, once its content is there. */
export function useRestoredScroll(ready) {
  useLayoutEffect(() => {
    if (!ready || scrollWanted === null) return;
    scrollTo(0, scrollWanted);
    scrollWanted = null;
  });
}

/** Back, where there is something of this page to go back to; else to the fallback. */
export function goBack(fallback) {
  if ((history.state?.depth ?? 0) > 0) history.back();
  else navigate(fallback, { replace: true });
}

/** Changes some parameters of the present address; null removes one, a list sets several. */
export function withParams(changes, from = here()) {
  const params = new URLSearchParams(from.params);
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    for (const item of [value].flat()) if (item !== null && item !== undefined && item !== '') params.append(name, item);
  }
  return address(from.path, params);
}

/** Commas, colons and @ stay readable: addresses are read by people. */
export function address(path, params) {
  const text = params.toString().replace(/%2C/gi, ',').replace(/%3A/gi, ':').replace(/%40/gi, '@');
  return text ? `${path}?${text}` : path;
}

export function useLocation() {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const changed = () => setPlace(here());
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, []);
  return place;
}

function tell() {
  for (const listener of listeners) listener();
}

if (typeof document !== 'undefined') {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', (event) => {
    scrollWanted = event.state?.scroll ?? 0;
    tell();
  });
  addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin || link.pathname.startsWith('/api/')) return;
    event.preventDefault();
    navigate(link.pathname + link.search, { keepScroll: link.pathname.startsWith('/moment/'), replace: link.dataset.replace !== undefined });
  });
}
