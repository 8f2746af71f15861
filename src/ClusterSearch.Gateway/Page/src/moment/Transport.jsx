import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../shell/Icon.jsx';
import { clock } from '../state/format.js';

export function Transport({ player, length, loop, onLoop }) {
  const [muted, setMuted] = useState(false);
  useEffect(() => { if (player.video.current) player.video.current.muted = muted; }, [muted]);
  const fullscreen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else player.video.current.parentElement.requestFullscreen?.().catch(() => {});
  };
  return (
    <div class="transport" role="group" aria-label="Player">
      <button type="button" class="button primary icon" aria-label={player.playing ? 'Pause' : 'Play'} onClick={player.toggle}><Icon name={player.playing ? 'pause' : 'play'} /></button>
      <span class="numbers transport-time" aria-label="Time"><strong>{clock(player.time, { tenths: true })}</strong> / {clock(length)}</span>
      {player.speed !== 1 && <span class="badge accent numbers">{player.speed < 0 ? '−' : ''}{Math.abs(player.speed)}×</span>}
      <span class="push" />
      {onLoop && <button type="button" class="button bare tiny" aria-pressed={loop} onClick={onLoop}><Icon name="retry" /><span>Loop<span class="wide-only"> the moment</span></span></button>}
      <button type="button" class="button bare icon" aria-label={muted ? 'Sound on' : 'Sound off'} aria-pressed={muted} onClick={() => setMuted(!muted)}><Icon name={muted ? 'mute' : 'sound'} /></button>
      <button type="button" class="button bare icon" aria-label="Whole screen" onClick={fullscreen}><Icon name="fullscreen" /></button>
    </div>
  );
}
