import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { scoreCurve, video as fetchVideo } from '../api/archive.js';
import { momentKey } from '../basket/sharing.js';
import { useVideos } from '../library/useVideos.js';
import { keepFocus } from '../shell/Dialog.jsx';
import { Failure } from '../shell/Failure.jsx';
import { Icon } from '../shell/Icon.jsx';
import { useFetched } from '../state/fetched.js';
import { clock, wallClock } from '../state/format.js';
import { address, goBack, navigate } from '../state/location.js';
import { canSearch, writeQuery } from '../state/query.js';
import { momentAddress, round } from './address.js';
import { OpenedMoment } from './OpenedMoment.jsx';

/** One moment above the results: a player, where its whole video matches, and what to do with it. */
export function MomentView({ place, target, query, results }) {
  const { videoId } = target;
  const [detail, retry] = useFetched((signal) => fetchVideo(videoId, { signal }), [videoId]);
  const queryKey = writeQuery({ ...query, video: [], camera: [], zone: [], fold: true }).toString();
  const [curve] = useFetched(async (signal) => (canSearch(query) ? scoreCurve(videoId, query, { signal }) : null), [videoId, queryKey]);
  const found = results.moments.flatMap((one) => [one, ...one.similar]);
  const index = found.findIndex((one) => one.videoId === videoId && one.start !== null && round(one.start) === target.start && round(one.end) === target.end);
  const summary = useVideos().videos.find((one) => one.videoId === videoId);
  const moment = index >= 0 ? found[index] : plainMoment(target, detail.value ?? summary);
  const previous = index > 0 ? momentAddress(found[index - 1], query) : null;
  const next = index >= 0 && index + 1 < found.length ? momentAddress(found[index + 1], query) : null;
  useEffect(() => { if (index >= 0 && index + 4 > found.length) results.more(); }, [index]);

  const close = () => goBack(canSearch(query) ? address('/', writeQuery(query)) : `/library/${videoId}`);
  const box = useRef(null);
  const shownKey = useRef(moment.key);
  shownKey.current = moment.key;
  useLayoutEffect(() => {
    document.documentElement.classList.add('covered');
    box.current.focus({ preventScroll: true });
    return () => {
      document.documentElement.classList.remove('covered');
      // Once the results below can take it again: back to the moment that was looked at last.
      setTimeout(() => document.querySelector(`.moment[data-key="${CSS.escape(shownKey.current)}"] .moment-link`)?.focus());
    };
  }, []);
  // On the window: a click or a closed dialog may leave the focus nowhere, and Escape still leads back.
  useEffect(() => {
    const onEscape = (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      close();
    };
    addEventListener('keydown', onEscape);
    return () => removeEventListener('keydown', onEscape);
  });
  useEffect(() => { document.title = `${moment.video ?? 'Moment'} ${clock(target.start ?? 0)} · ClusterSearch`; });

  const go = (to) => to && navigate(to, { replace: true });
  return (
    <div class="moment-view" role="dialog" aria-modal="true" aria-label={`Moment of ${moment.video ?? 'a video'}`} ref={box} tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Tab') keepFocus(event, box.current); }}>
      <header class="moment-bar">
        <button type="button" class="button bare icon" aria-label="Back to the results" title="Back (Esc)" onClick={close}><Icon name="close" /></button>
        <div class="moment-title">
          <h1>{moment.video ?? <span class="skeleton bone wide" />}</h1>
          <span class="quiet small numbers">
            {target.start !== null && <>{clock(target.start, { tenths: true })} – {clock(target.end, { tenths: true })}</>}
            {moment.recordedAt && <span class="moment-date"> · {wallClock(moment.recordedAt)}</span>}
          </span>
        </div>
        {index >= 0 && (
          <div class="row push moment-steps">
            <span class="small quiet numbers">{index + 1} of {found.length}{results.answer?.nextCursor ? '+' : ''}</span>
            <button type="button" class="button icon" aria-label="Result before" disabled={!previous} onClick={() => go(previous)}><Icon name="left" /></button>
            <button type="button" class="button icon" aria-label="Next result" disabled={!next} onClick={() => go(next)}><Icon name="right" /></button>
          </div>
        )}
      </header>
      {detail.error ? <Failure error={detail.error} title="This video cannot be shown" onRetry={retry} /> : (
        <OpenedMoment key={`${videoId} ${target.start}`} {...{ place, target, moment, query, curve, detail: detail.value }} onPrevious={() => go(previous)} onNext={() => go(next)} />
      )}
    </div>
  );
}

const plainMoment = (target, known) => ({
  ...target, key: target.start === null ? target.videoId : momentKey(target.videoId, target.start, target.end), video: known?.video ?? null, path: known?.path ?? null, keyFrame: target.at,
  score: null, relevance: null, labels: [], similar: [],
  recordedAt: known?.recordedAt ? new Date(new Date(known.recordedAt).getTime() + (target.start ?? 0) * 1000).toISOString() : null,
});
