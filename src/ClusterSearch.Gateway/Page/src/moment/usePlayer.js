import { useEffect, useRef, useState } from 'preact/hooks';

const speeds = [1, 2, 4, 8];

/**
 * A video element with an editor's controls: shuttle in both directions, single frames, and a place to begin at. Times are seconds from
 * the video's first frame.
 * @param frameRate frames a second, for single steps
 * @param onRest called with the time when playing ends or a place was gone to
 */
export function usePlayer({ begin, frameRate, loop, onRest }) {
  const video = useRef(null);
  const [time, setTime] = useState(begin);
  const [length, setLength] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [fault, setFault] = useState(false);
  const backwards = useRef(0);
  const begun = useRef(false);
  const latest = useRef({});
  latest.current = { loop, onRest };

  const rest = () => latest.current.onRest?.(video.current?.currentTime ?? 0);

  const stop = () => {
    backwards.current = 0;
    video.current?.pause();
    setSpeed(1);
    if (video.current) video.current.playbackRate = 1;
  };
  const shuttle = (direction) => {
    const element = video.current;
    if (!element) return;
    const now = backwards.current < 0 ? backwards.current : element.paused ? 0 : element.playbackRate;
    const next = direction > 0 ? (now > 0 ? faster(now) : 1) : now < 0 ? -faster(-now) : -1;
    if (next > 0) {
      backwards.current = 0;
      element.playbackRate = next;
      element.play().catch(() => setFault(true));
    } else {
      element.pause();
      backwards.current = next;
    }
    setSpeed(next);
    setPlaying(true);
  };
  const seek = (seconds, settle = true) => {
    const element = video.current;
    const end = Number.isFinite(element?.duration) ? element.duration : Infinity;
    const wanted = Math.min(Math.max(0, seconds), Math.max(0, end - 0.001));
    if (element) element.currentTime = wanted;
    setTime(wanted);
    if (settle) latest.current.onRest?.(wanted);
  };
  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (backwards.current < 0 || !element.paused) { stop(); setPlaying(false); rest(); }
    else { element.playbackRate = 1; element.play().catch(() => setFault(true)); }
  };

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let frame = 0;
    let before = performance.now();
    const tick = (now) => {
      const passed = (now - before) / 1000;
      before = now;
      if (backwards.current < 0) {
        element.currentTime = Math.max(0, element.currentTime + backwards.current * passed);
        if (element.currentTime === 0) { backwards.current = 0; setPlaying(false); setSpeed(1); }
      }
      const { loop: round } = latest.current;
      if (round && !element.paused && element.currentTime >= round.end) element.currentTime = round.start;
      if (!element.seeking || backwards.current < 0) setTime(element.currentTime);
      frame = requestAnimationFrame(tick);
    };
    const listeners = {
      loadedmetadata: () => {
        setFault(false);
        setLength(Number.isFinite(element.duration) ? element.duration : 0);
        if (begun.current) return;
        begun.current = true;
        element.currentTime = begin;
      },
      durationchange: () => setLength(Number.isFinite(element.duration) ? element.duration : 0),
      play: () => setPlaying(true),
      pause: () => { if (backwards.current === 0) { setPlaying(false); rest(); } },
      seeked: () => setTime(element.currentTime),
      error: () => setFault(true),
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    if (element.readyState > 0) listeners.loadedmetadata();
    if (playing) { before = performance.now(); frame = requestAnimationFrame(tick); }
    return () => {
      cancelAnimationFrame(frame);
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, [playing]);

  return {
    video, time, length, playing, speed, fault, seek, toggle, shuttle,
    pause() { if (playing) toggle(); },
    step: (frames) => { stop(); setPlaying(false); seek((video.current?.currentTime ?? time) + frames / (frameRate || 25)); },
  };
}

const faster = (speed) => speeds[Math.min(speeds.indexOf(speed) + 1, speeds.length - 1)] ?? 1;
