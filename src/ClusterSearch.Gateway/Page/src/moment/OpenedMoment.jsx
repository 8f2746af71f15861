import { useEffect, useMemo, useState } from 'preact/hooks';
import { clipUrl, frameUrl, sendFeedback, streamUrl, transcodedUrl } from '../api/archive.js';
import { basket, isChosen, toggleChosen } from '../basket/basket.js';
import { Relevance } from '../search/MomentCard.jsx';
import { moreLike } from '../search/SearchPage.jsx';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';
import { clock } from '../state/format.js';
import { address, here, navigate, withParams } from '../state/location.js';
import { canSearch, describeQuery, emptyQuery, writeQuery } from '../state/query.js';
import { parseRate } from '../export/timecode.js';
import { momentAddress, round } from './address.js';
import { CropTool } from './CropTool.jsx';
import { MomentSide } from './MomentSide.jsx';
import { onPlayerKey } from './playerKeys.js';
import { ScoreStrip } from './ScoreStrip.jsx';
import { Transport } from './Transport.jsx';
import { usePlayer } from './usePlayer.js';

/** Player, strip and actions of one moment; made anew for each. */
export function OpenedMoment({ place, target, moment, query, curve, detail, onPrevious, onNext }) {
  const { videoId } = target;
  const [loop, setLoop] = useState(false);
  const [cropping, setCropping] = useState(false);
  const [rated, setRated] = useState(null);
  const rate = parseRate(detail?.frameRate);
  const note = (time) => {
    if (here().path === place.path) navigate(withParams({ at: String(round(time)) }), { replace: true });
  };
  const player = usePlayer({
    source: detail ? { direct: streamUrl(videoId), transcoded: (start) => transcodedUrl(videoId, start), seconds: detail.seconds } : null, begin: target.at, frameRate: rate && rate.numerator / rate.denominator, onRest: note,
    loop: loop && target.start !== null ? { start: target.start, end: target.end } : null,
  });
  const length = player.length || detail?.seconds || 0;
  const smooth = place.params.get('smooth') !== 'no';
  const thresholdText = place.params.get('th');
  const [dragged, setDragged] = useState(null);
  const threshold = dragged ?? (thresholdText === null ? null : Number(thresholdText));
  const chosen = isChosen(basket.use(), moment);
  const words = describeQuery(query);

  const like = (crop = null) => navigate(address('/', writeQuery(moreLike(moment, crop, crop ? player.time : moment.keyFrame ?? player.time))));
  const judge = async (value) => {
    const before = rated;
    setRated(value);
    try {
      await sendFeedback(moment, query, value);
      toast(value === 'up' ? 'Noted: this one is right.' : 'Noted: this one is wrong.');
    } catch (error) {
      setRated(before);
      toast(error.message);
    }
  };
  const copyLink = async () => {
    const link = new URL(momentAddress(target, query, player.time), location.href).href;
    try { await navigator.clipboard.writeText(link); toast(`Link to ${clock(player.time, { tenths: true })} copied.`); }
    catch { navigate(momentAddress(target, query, player.time), { replace: true }); toast('The browser does not let this page copy: the address bar has the link.'); }
  };
  const pick = () => toggleChosen(moment, words);
  const crop = () => { player.pause(); setCropping(true); };
  const openPassage = (one) => {
    const to = { videoId, ...one };
    navigate(momentAddress(to, query), { replace: true });
  };
  useEffect(() => {
    const onKey = (event) => onPlayerKey(event, { player, target, pick, like, crop, onPrevious, onNext, cropping });
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  // Not looked at again while only the time moves.
  const side = useMemo(
    () => <MomentSide moment={moment} target={target} query={query} detail={detail} relevance={moment.score === null ? null : <Relevance moment={moment} />} />,
    [moment.key, moment.score, moment.recordedAt, detail, target.start, target.at, words],
  );

  return (
    <div class="moment-body">
      <div class="moment-main">
        <div class="player" data-time={player.time.toFixed(2)}>
          <video ref={player.video} src={player.src} poster={frameUrl(videoId, target.at, 1280)} preload="auto" playsInline
            aria-label={`Video ${moment.video ?? ''}`} onClick={player.toggle} />
          {player.fault && <div class="player-fault" role="alert"><Icon name="warning" /><p>This video cannot be played here. The file may be unreachable on the server, or damaged.</p></div>}
          {cropping && player.video.current && (
            <CropTool video={player.video.current} onClose={() => setCropping(false)} onSearch={(region) => { setCropping(false); like(region); }} />
          )}
        </div>
        <Transport player={player} length={length} loop={loop} onLoop={target.start !== null ? () => setLoop(!loop) : null} />
        <div class="moment-actions">
          <button type="button" class="button" aria-pressed={chosen} onClick={pick}><Icon name={chosen ? 'check' : 'plus'} />{chosen ? 'In the basket' : 'Basket'}</button>
          <button type="button" class="button" onClick={() => like()}><Icon name="like" />More like this</button>
          <button type="button" class="button" aria-pressed={cropping} onClick={() => (cropping ? setCropping(false) : crop())}><Icon name="crop" />Search a region</button>
          {target.start !== null && <a class="button" href={clipUrl(moment)} download><Icon name="download" />Clip</a>}
          <button type="button" class="button" onClick={copyLink}><Icon name="link" />Copy link</button>
          {canSearch(query) && target.start !== null && (
            <span class="row push">
              <span class="small quiet">Right?</span>
              <button type="button" class="button icon" aria-label="This is right" aria-pressed={rated === 'up'} onClick={() => judge('up')}><Icon name="up" /></button>
              <button type="button" class="button icon" aria-label="This is wrong" aria-pressed={rated === 'down'} onClick={() => judge('down')}><Icon name="down" /></button>
            </span>
          )}
        </div>
        <section class="strip-section" aria-label="Score over the whole video">
          <div class="strip-head-line">
            <h2>Where the whole video matches</h2>
            {curve.value && (
              <div class="segmented" role="group" aria-label="Curve">
                <button type="button" aria-pressed={smooth} onClick={() => navigate(withParams({ smooth: null }), { replace: true })}>Smoothed</button>
                <button type="button" aria-pressed={!smooth} onClick={() => navigate(withParams({ smooth: 'no' }), { replace: true })}>Every sample</button>
              </div>
            )}
          </div>
          {curve.value ? (
            <ScoreStrip {...{ videoId, smooth, length, threshold }} curve={curve.value} time={player.time} moment={target} onSeek={player.seek} onPassage={openPassage}
              onThreshold={(level, settle) => { setDragged(settle ? null : level); if (settle) navigate(withParams({ th: level.toFixed(3) }), { replace: true }); }} />
          ) : curve.error ? <p class="notice bad"><Icon name="warning" />{curve.error.message}</p>
            : canSearch(query) ? <div class="skeleton strip-plot" /> : <InsideSearch target={target} />}
        </section>
      </div>
      {side}
    </div>
  );
}

/** Without a query there is nothing to score: ask for one. */
function InsideSearch({ target }) {
  return (
    <form class="row inside" onSubmit={(event) => {
      event.preventDefault();
      const text = new FormData(event.currentTarget).get('words').trim();
      if (text) navigate(momentAddress(target, { ...emptyQuery, text }, target.at), { replace: true });
    }}>
      <input class="input" name="words" placeholder="Say what to look for, and see where it is in this video" aria-label="What to look for in this video" />
      <button type="submit" class="button">Show</button>
    </form>
  );
}
