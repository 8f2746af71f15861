// Values that outlive the page, and values that several parts of it share.

import { useEffect, useState } from 'preact/hooks';

/** A value with listeners; with a name it is kept by the browser and follows its other tabs. */
export function store(initial, name = null) {
  const listeners = new Set();
  let value = name ? (read(name) ?? initial) : initial;
  const tell = () => { for (const listener of listeners) listener(value); };
  if (name) addEventListener('storage', (event) => { if (event.key === name) { value = read(name) ?? initial; tell(); } });
  return {
    get: () => value,
    set(next) {
      value = typeof next === 'function' ? next(value) : next;
      if (name) try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* full or switched off: it lasts as long as the page */ }
      tell();
    },
    use() {
      const [held, setHeld] = useState(() => value);
      useEffect(() => {
        setHeld(() => value);
        listeners.add(setHeld);
        return () => listeners.delete(setHeld);
      }, []);
      return held;
    },
  };
}

function read(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}
