import { useEffect, useRef } from 'preact/hooks';
import { search } from '../api/archive.js';
import { moreLike } from '../search/SearchPage.jsx';
import { Frame } from '../shell/Frame.jsx';
import { useFetched } from '../state/fetched.js';
import { clock, duration, wallClock, worthALook } from '../state/format.js';
import { address } from '../state/location.js';
import { canSearch, describeQuery, writeQuery } from '../state/query.js';
import { momentAddress } from './address.js';

/** What is known about a moment, the shots around it, and what looks like it elsewhere. */
export function MomentSide({ moment, target, query, detail, relevance }) {
  const similar = moreLike(moment, null, moment.keyFrame ?? target.at);
  const [like] = useFetched((signal) => search({ ...similar, fold: true }, { limit: 7, signal }), [moment.key]);
  const alike = like.value?.moments.some((one) => one.relevance >= worthALook) ? like.value.moments.filter((one) => one.relevance >= worthALook) : like.value?.moments;
  const others = alike?.filter((one) => one.videoId !== target.videoId || one.end <= (target.start ?? -1) || one.start >= (target.end ?? -1)).slice(0, 6);
  const shots = detail?.shots ?? [];
  const current = shots.findIndex((shot) => target.at < shot.end);
  return (
    <aside class="moment-side" aria-label="About this moment">
      <dl class="facts">
        {canSearch(query) && <><dt>Query</dt><dd><a href={address('/', writeQuery(query))}>{describeQuery(query)}</a></dd></>}
        {relevance && <><dt>Relevance</dt><dd>{relevance}</dd></>}
        {target.start !== null && <><dt>Range</dt><dd class="numbers">{clock(target.start, { tenths: true })} – {clock(target.end, { tenths: true })} ({duration(target.end - target.start)})</dd></>}
        {moment.recordedAt && <><dt>Recorded</dt><dd class="numbers">{wallClock(moment.recordedAt)}</dd></>}
        {detail?.camera && <><dt>Camera</dt><dd>{detail.camera}{detail.zone && `, ${detail.zone}`}</dd></>}
        {moment.labels.length > 0 && <><dt>Shows</dt><dd>{moment.labels.map((label) => label.name).join(', ')}</dd></>}
        <dt>Video</dt><dd><a href={`/library/${target.videoId}`}>{detail?.video ?? moment.video ?? '…'}</a></dd>
      </dl>
      <section aria-label="Neighbouring shots">
        <h2>Neighbouring shots</h2>
        {!detail ? <div class="shots-row">{[0, 1, 2].map((i) => <div class="skeleton shot-picture" key={i} />)}</div> : shots.length === 0 ? <p class="small quiet">No shots yet: the video is still being taken in.</p> : (
          <ShotRow shots={shots} current={current} href={(shot) => momentAddress({ videoId: target.videoId, start: shot.start, end: shot.end }, query)} videoId={target.videoId} />
        )}
      </section>
      <section aria-label="More like this">
        <h2>More like this</h2>
        {like.error ? <p class="small quiet">{like.error.message}</p> : !others ? (
          <ul class="mini-grid">{[0, 1, 2, 3].map((i) => <li class="skeleton shot-picture" key={i} />)}</ul>
        ) : others.length === 0 ? <p class="small quiet">Nothing else in the archive looks like it.</p> : (
          <ul class="mini-grid">
            {others.map((one) => (
              <li key={one.key}>
                <a class="shot" href={momentAddress(one, similar)} data-replace>
                  <Frame class="shot-picture" videoId={one.videoId} seconds={one.keyFrame} width={320} />
                  <span class="small numbers">{one.video}<br /><span class="quiet">{clock(one.start)} – {clock(one.end)}</span></span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </aside>
  );
}

function ShotRow({ shots, current, href, videoId }) {
  const row = useRef(null);
  useEffect(() => {
    const mark = row.current?.querySelector('[aria-current]');
    if (mark) row.current.scrollLeft = mark.offsetLeft - row.current.clientWidth / 2 + mark.clientWidth / 2;
  }, [current]);
  const from = Math.max(0, current - 12);
  return (
    <ol class="shots-row" ref={row} tabIndex={0} aria-label="Shots">
      {shots.slice(from, current + 13).map((shot, i) => (
        <li key={shot.start}>
          <a class="shot" href={href(shot)} data-replace aria-current={from + i === current ? 'true' : undefined}>
            <Frame class="shot-picture" videoId={videoId} seconds={(shot.start + shot.end) / 2} width={320} />
            <span class="small numbers"><span class="unseen">Shot </span>{clock(shot.start)} – {clock(shot.end)}</span>
            {shot.labels?.[0] && <span class="small quiet shot-label">{shot.labels[0].name}</span>}
          </a>
        </li>
      ))}
    </ol>
  );
}
