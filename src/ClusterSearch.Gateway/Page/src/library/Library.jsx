import { useEffect } from 'preact/hooks';
import { Failure } from '../shell/Failure.jsx';
import { Frame } from '../shell/Frame.jsx';
import { Icon } from '../shell/Icon.jsx';
import { count, duration, plural, wallClock } from '../state/format.js';
import { navigate, useRestoredScroll, withParams } from '../state/location.js';
import { refreshVideos, useVideos } from './useVideos.js';
import { StateBadge, Coverage } from './VideoState.jsx';

const states = [['all', 'All'], ['searchable', 'Searchable'], ['incomplete', 'Incomplete'], ['failed', 'Failed']];
const orders = { name: ['Name', (a, b) => a.video.localeCompare(b.video, undefined, { numeric: true })], longest: ['Longest', (a, b) => b.seconds - a.seconds], recorded: ['Recorded last', (a, b) => (b.recordedAt ?? '').localeCompare(a.recordedAt ?? '')] };
const shownAtOnce = 120;

export function Library({ place }) {
  const { videos, loaded, error } = useVideos();
  const state = place.params.get('state') ?? 'all';
  const words = place.params.get('name') ?? '';
  const order = orders[place.params.get('order')] ? place.params.get('order') : 'name';
  const limit = Number(place.params.get('show')) || shownAtOnce;
  useEffect(() => { document.title = 'Library · ClusterSearch'; refreshVideos(); }, []);
  useRestoredScroll(loaded);
  const set = (changes) => navigate(withParams(changes), { replace: true });

  const inState = { all: () => true, searchable: (v) => v.state === 'searchable', incomplete: (v) => v.state !== 'searchable', failed: (v) => v.state === 'failed' };
  const fits = (v) => [v.video, v.path, v.camera, v.zone].some((text) => text?.toLowerCase().includes(words.toLowerCase()));
  const shown = videos.filter((v) => inState[state]?.(v) && (!words || fits(v))).sort(orders[order][1]);
  const seconds = videos.reduce((sum, v) => sum + v.seconds, 0);
  const covered = videos.reduce((sum, v) => sum + v.seconds * v.progress, 0);

  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>Library</h1>
          {loaded ? <p>{plural(videos.length, 'video')}, {duration(seconds)}{seconds > 0 && <>, {Math.floor((1000 * covered) / seconds) / 10} % of it searchable</>}</p> : <p><span class="skeleton bone wide" /></p>}
        </div>
        <div class="row toolbar">
          <input class="input library-words" type="search" placeholder="Name, path, camera or zone" aria-label="Find a video" value={words} onInput={(event) => set({ name: event.currentTarget.value, show: null })} />
          <div class="segmented" role="group" aria-label="State">
            {states.map(([value, name]) => (
              <button type="button" key={value} aria-pressed={state === value} onClick={() => set({ state: value === 'all' ? null : value, show: null })}>{name} <span class="numbers quiet">{videos.filter(inState[value]).length}</span></button>
            ))}
          </div>
          <select class="input library-order" aria-label="Order" value={order} onChange={(event) => set({ order: event.currentTarget.value === 'name' ? null : event.currentTarget.value })}>
            {Object.entries(orders).map(([value, [name]]) => <option key={value} value={value}>{name}</option>)}
          </select>
        </div>
      </div>
      {error && !loaded ? <Failure error={error} title="The library cannot be shown" onRetry={refreshVideos} /> : loaded && videos.length === 0 ? (
        <div class="empty">
          <Icon name="film" /><h2>No footage yet</h2><p>Register a folder that the gateway can read, or upload a file. What is taken in can be searched while the rest still comes.</p>
          <div class="row"><a class="button primary" href="/ingestion"><Icon name="ingest" />Take in footage</a></div>
        </div>
      ) : loaded && shown.length === 0 ? (
        <div class="empty"><Icon name="moonless" /><h2>No video fits</h2><p>Other words, or another state.</p><div class="row"><button type="button" class="button" onClick={() => set({ name: null, state: null })}>Show all</button></div></div>
      ) : (
        <>
          <ul class="grid library">
            {!loaded && Array.from({ length: 8 }, (_, i) => <li class="moment" key={i} aria-hidden="true"><div class="moment-picture skeleton" /><div class="moment-words"><span class="skeleton bone wide" /></div></li>)}
            {shown.slice(0, limit).map((video) => <VideoCard key={video.videoId} video={video} />)}
          </ul>
          {shown.length > limit && <p class="grid-end"><button type="button" class="button" onClick={() => set({ show: String(limit + shownAtOnce) })}>Show more of {count(shown.length)}</button></p>}
        </>
      )}
    </main>
  );
}

function VideoCard({ video }) {
  const facts = [video.width > 0 && `${video.width} × ${video.height}`, video.camera, video.zone].filter(Boolean).join(' · ');
  return (
    <li class="moment video-card">
      <a class="moment-link" href={`/library/${video.videoId}`}>
        <div class="moment-picture">
          {video.state === 'failed' ? <span class="frame-missing"><Icon name="warning" /></span> : <Frame videoId={video.videoId} seconds={video.seconds / 3} width={480} />}
          <span class="moment-length numbers">{duration(video.seconds)}</span>
        </div>
        <div class="moment-words">
          <span class="moment-line"><span class="moment-name">{video.video}</span><StateBadge video={video} /></span>
          <Coverage video={video} />
          <span class="moment-line quiet">{facts || ' '}</span>
          {video.recordedAt && <span class="moment-line quiet numbers">{wallClock(video.recordedAt)}</span>}
          {video.note && <span class="small video-note">{video.note}</span>}
        </div>
      </a>
    </li>
  );
}
