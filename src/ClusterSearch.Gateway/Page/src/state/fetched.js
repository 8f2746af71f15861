import { useEffect, useState } from 'preact/hooks';

/** The value of a request, asked for again when the keys change; [state, again]. A value stays until the next one is there, but none of an older key. */
export function useFetched(fetch, keys) {
  const key = JSON.stringify(keys);
  const [round, setRound] = useState(0);
  const [state, setState] = useState({ key: null });
  useEffect(() => {
    const control = new AbortController();
    Promise.resolve().then(() => fetch(control.signal)).then(
      (value) => { if (!control.signal.aborted) setState({ key, value }); },
      (error) => { if (!control.signal.aborted) setState({ key, error }); },
    );
    return () => control.abort();
  }, [key, round]);
  const again = () => {
    setState((old) => (old.error ? { key: null } : old));
    setRound((old) => old + 1);
  };
  return [state.key === key ? state : {}, again];
}
