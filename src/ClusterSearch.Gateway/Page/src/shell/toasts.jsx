import { store } from '../state/stored.js';

const shown = store([]);
let nextId = 0;

/** A line at the foot of the page for a few seconds. action: { label, run }. */
export function toast(text, action = null) {
  const id = nextId++;
  const drop = () => shown.set((all) => all.filter((one) => one.id !== id));
  shown.set((all) => [...all.slice(-2), { id, text, action: action && { ...action, run: () => { drop(); action.run(); } } }]);
  setTimeout(drop, action ? 7000 : 4000);
}

export function Toasts() {
  const all = shown.use();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map(({ id, text, action }) => (
        <div class="toast" key={id}>
          <span>{text}</span>
          {action && <button type="button" onClick={action.run}>{action.label}</button>}
        </div>
      ))}
    </div>
  );
}
