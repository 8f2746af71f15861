import { useEffect, useRef, useState } from 'preact/hooks';

const speeds = [1, 2, 4, 8];

/**
 * A video element with an editor's controls: shuttle in both directions, single frames, and a place to begin at. Times are seconds from
 * the video's first frame.
 *
 * The file itself is played where the browser can; where it cannot, a stream that the gateway transcodes from a given second on. Such a
 * stream knows no seeking: a place outside what has come is a new stream, and the element's own time counts from its beginning.
 * @param source { direct, transcoded: (start) => url, seconds }; null while it is not known
 * @param frameRate frames a second, for single steps
 * @param onRest called with the time when playing ends or a place was gone to
 */
export function usePlayer({ source, begin, frameRate, loop, onRest }) {
  const video = useRef(null);
  const [stream, setStream] = useState({ transcoded: false, start: 0 });
  const [time, setTime] = useState(begin);
  const [length, setLength] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [fault, setFault] = useState(false);
  const backwards = useRef(0);
  const begun = useRef(false);
  const wantsToPlay = useRef(false);
  const latest = useRef({});
  latest.current = { loop, onRest, stream, source, time };

  const placeOf = (element) => latest.current.stream.start + element.currentTime;
  const rest = () => latest.current.onRest?.(video.current ? placeOf(video.current) : 0);
  const play = (element) => element.play().catch((error) => { if (error.name === 'NotSupportedError' && latest.current.stream.transcoded) setFault(true); });

  const go = (element, seconds) => {
    const { stream: now } = latest.current;
    const own = seconds - now.start;
    if (!now.transcoded || isBuffered(element, own)) { element.currentTime = Math.max(0, own); return; }
    wantsToPlay.current = !element.paused;
    setStream({ transcoded: true, start: seconds });
  };
  const seek = (seconds, settle = true) => {
    const element = video.current;
    const end = length || latest.current.source?.seconds || Infinity;
    const wanted = Math.min(Math.max(0, seconds), Math.max(0, end - 0.001));
    // A stream of its own is not asked for at every place that a drag passes.
    if (element && (settle || !stream.transcoded)) go(element, wanted);
    setTime(wanted);
    if (settle) latest.current.onRest?.(wanted);
  };
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
      play(element);
    } else {
      element.pause();
      backwards.current = next;
    }
    setSpeed(next);
    setPlaying(true);
  };
  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (backwards.current < 0 || !element.paused) { stop(); setPlaying(false); rest(); }
    else { element.playbackRate = 1; play(element); }
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
      if (round && !element.paused && placeOf(element) >= round.end) go(element, round.start);
      if (!element.seeking || backwards.current < 0) setTime(placeOf(element));
      frame = requestAnimationFrame(tick);
    };
    const transcodeInstead = () => {
      const { stream: now, time: at } = latest.current;
      // A stream that broke off after a while is taken up where it did: the gateway gives a place that nothing is taken from to others.
      if (now.transcoded && at < now.start + 0.5) { setFault(true); return; }
      if (now.transcoded) wantsToPlay.current = !element.paused;
      begun.current = true;
      setStream({ transcoded: true, start: at });
    };
    const listeners = {
      loadedmetadata: () => {
        // A codec that is not known here can leave the sound alone to be played.
        if (element.videoWidth === 0) { transcodeInstead(); return; }
        setFault(false);
        const { stream: now, source: known } = latest.current;
        setLength(now.transcoded || !Number.isFinite(element.duration) ? known?.seconds ?? 0 : element.duration);
        if (now.transcoded) { if (wantsToPlay.current) play(element); wantsToPlay.current = false; return; }
        if (begun.current) return;
        begun.current = true;
        element.currentTime = begin;
      },
      play: () => setPlaying(true),
      pause: () => { if (backwards.current === 0) { setPlaying(false); rest(); } },
      seeked: () => setTime(placeOf(element)),
      error: transcodeInstead,
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    if (element.readyState > 0 && !begun.current) listeners.loadedmetadata();
    if (element.error && !latest.current.stream.transcoded) transcodeInstead();
    if (playing) { before = performance.now(); frame = requestAnimationFrame(tick); }
    return () => {
      cancelAnimationFrame(frame);
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, [playing]);

  return {
    video, time, length, playing, speed, fault, seek, toggle, shuttle,
    src: source ? (stream.transcoded ? source.transcoded(stream.start) : source.direct) : undefined,
    pause() { if (playing) toggle(); },
    step: (frames) => { stop(); setPlaying(false); seek((video.current ? placeOf(video.current) : time) + frames / (frameRate || 25)); },
  };
}

const faster = (speed) => speeds[Math.min(speeds.indexOf(speed) + 1, speeds.length - 1)] ?? 1;

function isBuffered(element, seconds) {
  for (let i = 0; i < element.buffered.length; i++) {
    if (seconds >= element.buffered.start(i) && seconds <= element.buffered.end(i)) return true;
  }
  return false;
}
