import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './Icon.jsx';

/** Modal: focus goes in and stays in, Escape closes, focus returns to where it was. */
export function Dialog({ title, onClose, children }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    (box.current.querySelector('[autofocus], input') ?? box.current).focus();
    return () => before?.focus?.();
  }, []);
  return (
    <div class="veil" onMouseDown={(event) => { if (event.target === event.currentTarget) onClose?.(); }}>
      <div class="dialog" role="dialog" aria-modal="true" aria-label={title} tabIndex={-1} ref={box} onKeyDown={(event) => onKey(event, box.current, onClose)}>
        <header>
          <h2>{title}</h2>
          {onClose && <button type="button" class="button bare icon" aria-label="Close" onClick={onClose}><Icon name="close" /></button>}
        </header>
        {children}
      </div>
    </div>
  );
}

function onKey(event, box, onClose) {
  event.stopPropagation();
  if (event.key === 'Escape') { event.preventDefault(); onClose?.(); }
  if (event.key === 'Tab') keepFocus(event, box);
}

export function keepFocus(event, box) {
  const stops = [...box.querySelectorAll('a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]')].filter((stop) => stop.offsetParent !== null);
  if (stops.length === 0) return;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && box.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}
