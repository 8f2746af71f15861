// The last minutes of the gateway's figures, kept by the page. Rates are differences of counters.

export const keptSeconds = 600;

/** Appends a snapshot { at, … } and drops what is older than kept. A gateway that was started again begins anew. */
export function appended(history, snapshot) {
  const last = history.at(-1);
  if (last && snapshot.at <= last.at) return history;
  const restarted = last && snapshot.uptimeSeconds < last.uptimeSeconds;
  return [...(restarted ? [] : history).filter((one) => one.at > snapshot.at - keptSeconds), snapshot];
}

/** A counter's change a second at each snapshot; null at the first and where it is unknown. */
export function rates(history, read) {
  return history.map((snapshot, i) => {
    const before = history[i - 1];
    if (!before) return null;
    const change = read(snapshot) - read(before);
    return Number.isFinite(change) && change >= 0 ? change / (snapshot.at - before.at) : null;
  });
}
