// Runs before the first paint, so that a chosen theme does not flash in the other one's colours.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem('clustersearch.theme'); } catch { /* storage is off: the system's theme stands */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
