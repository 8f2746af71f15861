import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../shell/Icon.jsx';

/** A region of the picture, drawn with the pointer or moved with the arrows (Shift changes its size). Shares of the picture, 0 to 1. */
export function CropTool({ video, onSearch, onClose }) {
  const [box, setBox] = useState(() => pictureBox(video));
  const [crop, setCrop] = useState({ x: 0.3, y: 0.25, width: 0.4, height: 0.5 });
  const frame = useRef(null);
  const start = useRef(null);
  useEffect(() => {
    const measure = () => setBox(pictureBox(video));
    const watch = new ResizeObserver(measure);
    watch.observe(video);
    video.addEventListener('loadedmetadata', measure);
    frame.current?.focus();
    return () => { watch.disconnect(); video.removeEventListener('loadedmetadata', measure); };
  }, [video]);

  const place = (event) => {
    const rect = frame.current.parentElement.getBoundingClientRect();
    return { x: clamp((event.clientX - rect.left) / rect.width), y: clamp((event.clientY - rect.top) / rect.height) };
  };
  const move = (event) => {
    if (!start.current) return;
    const { from, grabbed } = start.current;
    const now = place(event);
    if (grabbed) setCrop({ ...grabbed, x: clamp(grabbed.x + now.x - from.x, 1 - grabbed.width), y: clamp(grabbed.y + now.y - from.y, 1 - grabbed.height) });
    else if (Math.abs(now.x - from.x) > 0.01 && Math.abs(now.y - from.y) > 0.01)
      setCrop({ x: Math.min(from.x, now.x), y: Math.min(from.y, now.y), width: Math.abs(now.x - from.x), height: Math.abs(now.y - from.y) });
  };
  const onKey = (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (event.key === 'Enter' && event.target === frame.current) { event.preventDefault(); event.stopPropagation(); onSearch(crop); return; }
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onClose(); return; }
    if (dx === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const by = 0.02;
    setCrop((old) => event.shiftKey
      ? { ...old, width: clamp(old.width + dx * by, 1 - old.x, 0.04), height: clamp(old.height + dy * by, 1 - old.y, 0.04) }
      : { ...old, x: clamp(old.x + dx * by, 1 - old.width), y: clamp(old.y + dy * by, 1 - old.height) });
  };
  const percent = (share) => `${share * 100}%`;
  return (
    <div class="crop" style={{ left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` }}
      onPointerDown={(event) => {
        if (event.target.closest('button')) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { from: place(event), grabbed: event.target === frame.current ? crop : null };
        frame.current.focus();
      }}
      onPointerMove={move} onPointerUp={() => { start.current = null; }} onKeyDown={onKey}>
      <div ref={frame} class="crop-frame" tabIndex={0} role="group" aria-roledescription="region"
        aria-label={`Region: from ${Math.round(crop.x * 100)} % across, ${Math.round(crop.y * 100)} % down; ${Math.round(crop.width * 100)} % wide, ${Math.round(crop.height * 100)} % high. Arrows move it, Shift and arrows change its size, Enter searches.`}
        style={{ left: percent(crop.x), top: percent(crop.y), width: percent(crop.width), height: percent(crop.height) }} />
      <div class="crop-tools">
        <button type="button" class="button primary" onClick={() => onSearch(crop)}><Icon name="search" />Search this region</button>
        <button type="button" class="button" onClick={onClose}>Cancel</button>
      </div>
    </div>
  );
}

/** Where the picture lies inside the element, which may be wider or higher than it. */
function pictureBox(video) {
  const { clientWidth, clientHeight } = video;
  const scale = Math.min(clientWidth / (video.videoWidth || clientWidth), clientHeight / (video.videoHeight || clientHeight));
  const width = (video.videoWidth || clientWidth) * scale;
  const height = (video.videoHeight || clientHeight) * scale;
  return { left: video.offsetLeft + (clientWidth - width) / 2, top: video.offsetTop + (clientHeight - height) / 2, width, height };
}

const clamp = (value, high = 1, low = 0) => Math.min(Math.max(value, low), high);
