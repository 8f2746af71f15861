import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { search } from '../api/archive.js';
import { canSearch } from '../state/query.js';

export const pageSize = 24;
const remembered = new Map();
const rememberedAtMost = 12;

/** The answers to the last queries, so that "back" shows at once what was there. */
function remember(key, value) {
  remembered.delete(key);
  remembered.set(key, value);
  if (remembered.size > rememberedAtMost) remembered.delete(remembered.keys().next().value);
}

/** The first page's answer goes on; a later page may have met more that is damaged. */
const continued = (first, next) => ({ ...first, nextCursor: next.nextCursor, coverage: { ...first.coverage, damagedParts: next.coverage.damagedParts } });

const loading = { status: 'loading', moments: [] };

/** @returns {{status: 'idle'|'loading'|'more'|'done'|'failed', moments: object[], answer?: object, error?: Error, more: () => void, again: () => void}} */
export function useResults(query, key) {
  const [state, setState] = useState(() => ({ key, ...(remembered.get(key) ?? loading) }));
  const running = useRef(null);
  const latest = useRef(state);
  latest.current = state;

  const load = useCallback((cursor) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    search(query, { cursor, limit: pageSize, signal: control.signal }).then(
      (answer) => {
        const known = cursor ? latest.current.moments : [];
        const seen = new Set(known.map((moment) => moment.key));
        const moments = [...known, ...answer.moments.filter((moment) => !seen.has(moment.key))];
        const next = { status: 'done', moments, answer: cursor ? continued(latest.current.answer, answer) : answer };
        remember(key, next);
        running.current = null;
        setState({ key, ...next });
      },
      (error) => {
        if (control.signal.aborted) return;
        running.current = null;
        setState({ key, status: 'failed', moments: cursor ? latest.current.moments : [], answer: cursor ? latest.current.answer : undefined, error });
      },
    );
  }, [key]);

  useEffect(() => {
    if (!canSearch(query)) { setState({ key, status: 'idle', moments: [] }); return; }
    const known = remembered.get(key);
    setState({ key, ...(known ?? loading) });
    if (!known) load(null);
    return () => running.current?.abort();
  }, [key]);

  const shown = state.key === key ? state : canSearch(query) ? { key, ...(remembered.get(key) ?? loading) } : { status: 'idle', moments: [] };
  return {
    ...shown,
    more() {
      const { status, answer } = latest.current;
      if (latest.current.key !== key || (status !== 'done' && status !== 'failed') || !answer?.nextCursor) return;
      setState({ ...latest.current, status: 'more' });
      load(answer.nextCursor);
    },
    again() { setState({ key, ...loading }); load(null); },
  };
}
