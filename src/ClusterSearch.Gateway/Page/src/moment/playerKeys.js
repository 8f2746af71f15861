/** Space and K play and pause, J and L shuttle, arrows move, as editors have them. */
export function onPlayerKey(event, { player, target, pick, like, crop, onPrevious, onNext, cropping }) {
  const inField = event.target.closest?.('input, select, textarea, [role=slider][aria-orientation=vertical]');
  if (event.defaultPrevented || inField || cropping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector('.veil')) return;
  const actions = {
    ' ': player.toggle,
    k: player.toggle,
    j: () => player.shuttle(-1),
    l: () => player.shuttle(1),
    arrowleft: () => player.seek(player.time - (event.shiftKey ? 5 : 1)),
    arrowright: () => player.seek(player.time + (event.shiftKey ? 5 : 1)),
    arrowup: onPrevious,
    arrowdown: onNext,
    ',': () => player.step(-1),
    '.': () => player.step(1),
    home: () => player.seek(target.start ?? 0),
    s: pick,
    m: () => like(),
    c: crop,
  };
  const key = event.key.toLowerCase();
  // A focused button or link keeps its own space bar.
  if (key === ' ' && event.target.closest?.('button, a')) return;
  const action = actions[key];
  if (!action) return;
  event.preventDefault();
  action();
}
