import { useMemo, useRef, useState } from 'preact/hooks';
import { frameUrl } from '../api/archive.js';
import { clock, duration, plural } from '../state/format.js';
import { atMost, passagesAbove, scoreAt, scoreRange } from './curve.js';

const width = 1000;
const height = 100;
// More than these would be a grey wall.
const mostCuts = 250;
const mostSteps = 2000;

/** The score of one query over a whole video. Click or arrows go to a time; the line across is a threshold that can be dragged. */
export function ScoreStrip({ videoId, curve, smooth, length, time, moment, threshold, onSeek, onThreshold, onPassage }) {
  const box = useRef(null);
  const [hover, setHover] = useState(null);
  const scores = smooth ? curve.smoothed : curve.raw;
  const range = useMemo(() => scoreRange(curve), [curve]);
  const level = threshold ?? range.suggested;
  const path = useMemo(() => areaPath(curve, scores, range, length), [curve, scores, range, length]);
  const passages = useMemo(() => passagesAbove(curve, scores, level, length), [curve, scores, level, length]);
  const x = (seconds) => (length > 0 ? (seconds / length) * width : 0);
  const share = (seconds) => `${(100 * seconds) / (length || 1)}%`;
  const y = (score) => height - ((score - range.low) / (range.high - range.low)) * height;
  // One value while only the time moves: sixty times a second nothing of it is looked at again.
  const picture = useMemo(() => (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {moment.start !== null && <rect class="strip-moment" x={x(moment.start)} y="0" width={Math.max(2, x(moment.end - moment.start))} height={height} />}
      <path class="strip-area" d={path} />
      {passages.map((one) => <rect key={one.start} class="strip-passage" x={x(one.start)} y={height - 4} width={Math.max(2, x(one.end - one.start))} height="4" />)}
      {curve.shots.length <= mostCuts && curve.shots.slice(1).map((shot) => <line key={shot.start} class="strip-cut" x1={x(shot.start)} x2={x(shot.start)} y1="0" y2={height} />)}
      <line class="strip-level" x1="0" x2={width} y1={y(level)} y2={y(level)} />
    </svg>
  ), [curve, path, passages, level, length, moment.start, moment.end]);
  const atPointer = (event) => {
    const rect = box.current.getBoundingClientRect();
    return (Math.min(Math.max(event.clientX - rect.left, 0), rect.width) / rect.width) * length;
  };
  const drag = (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    onSeek(atPointer(event), false);
  };
  const dragLevel = (event) => {
    const rect = box.current.getBoundingClientRect();
    const part = 1 - Math.min(Math.max((event.clientY - rect.top) / rect.height, 0), 1);
    return range.low + part * (range.high - range.low);
  };
  const step = (range.high - range.low) / 50;
  return (
    <div class="strip">
      <div class="strip-plot" ref={box} onPointerMove={(event) => setHover(event.pointerType === 'mouse' ? atPointer(event) : null)} onPointerLeave={() => setHover(null)}>
        {picture}
        <div
          class="strip-seek" role="slider" tabIndex={0} aria-label="Place in the video" aria-valuemin={0} aria-valuemax={Math.round(length)} aria-valuenow={Math.round(time)}
          aria-valuetext={`${clock(time)}, score ${scoreAt(curve, scores, time).toFixed(2)}`}
          onPointerDown={drag}
          onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) onSeek(atPointer(event), false); }}
          onPointerUp={(event) => onSeek(atPointer(event), true)}
        />
        <div class="strip-head" style={{ left: share(Math.min(time, length)) }} />
        <div
          class="strip-handle" style={{ top: `${y(level)}%` }} role="slider" tabIndex={0} aria-orientation="vertical" aria-label="Threshold"
          aria-valuemin={Number(range.low.toFixed(3))} aria-valuemax={Number(range.high.toFixed(3))} aria-valuenow={Number(level.toFixed(3))} aria-valuetext={`${level.toFixed(2)}, ${plural(passages.length, 'passage')} above`}
          onPointerDown={(event) => { event.preventDefault(); event.currentTarget.setPointerCapture(event.pointerId); event.currentTarget.focus(); }}
          onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) onThreshold(dragLevel(event), false); }}
          onPointerUp={(event) => onThreshold(dragLevel(event), true)}
          onKeyDown={(event) => {
            const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
            if (!direction) return;
            event.preventDefault();
            event.stopPropagation();
            onThreshold(Math.min(range.high, Math.max(range.low, level + direction * step)), true);
          }}
        ><span class="numbers">{level.toFixed(2)}</span></div>
        {hover !== null && <Preview videoId={videoId} seconds={hover} share={hover / (length || 1)} score={scoreAt(curve, scores, hover)} />}
      </div>
      <div class="strip-times numbers" aria-hidden="true">{ticks(length).map((tick) => <span key={tick} style={{ left: share(tick) }}>{clock(tick)}</span>)}</div>
      <div class="passages" aria-label="Passages above the threshold">
        <span class="small quiet">{passages.length === 0 ? 'Nothing lies above the threshold' : `${plural(passages.length, 'passage')} above ${level.toFixed(2)}, ${duration(passages.reduce((sum, p) => sum + p.end - p.start, 0))} in all`}</span>
        {passages.slice(0, 24).map((one) => (
          <button type="button" class="button tiny numbers" key={one.start} onClick={() => onPassage(one)}>{clock(one.start)}–{clock(one.end)}</button>
        ))}
        {passages.length > 24 && <span class="small quiet">and {passages.length - 24} more</span>}
      </div>
    </div>
  );
}

function Preview({ videoId, seconds, share, score }) {
  // Whole seconds, so that moving along asks for few pictures and the browser keeps them.
  return (
    <div class="strip-preview" style={{ left: `clamp(80px, ${100 * share}%, calc(100% - 80px))` }}>
      <img src={frameUrl(videoId, Math.floor(seconds), 320)} alt="" />
      <span class="numbers">{clock(seconds, { tenths: true })} · {score.toFixed(2)}</span>
    </div>
  );
}

/** Steps: each holds until the next. */
function areaPath(curve, scores, range, length) {
  if (length <= 0 || curve.times.length === 0) return '';
  const x = (seconds) => ((Math.min(seconds, length) / length) * width).toFixed(2);
  const y = (score) => (height - ((score - range.low) / (range.high - range.low)) * height).toFixed(2);
  const steps = atMost(mostSteps, curve.times, scores);
  let path = `M${x(steps[0].time)} ${height}`;
  steps.forEach(({ time, score }, i) => {
    const end = steps[i + 1]?.time ?? length;
    path += score === null ? `L${x(time)} ${height}L${x(end)} ${height}` : `L${x(time)} ${y(score)}L${x(end)} ${y(score)}`;
  });
  return `${path}L${x(length)} ${height}Z`;
}

function ticks(length) {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].find((one) => length / one <= 8) ?? 14400;
  return Array.from({ length: Math.floor((length * 0.96) / step) + 1 }, (_, i) => i * step);
}
