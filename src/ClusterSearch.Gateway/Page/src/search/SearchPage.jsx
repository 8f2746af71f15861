import { useEffect, useRef } from 'preact/hooks';
import { useVideos } from '../library/useVideos.js';
import { Frame } from '../shell/Frame.jsx';
import { Icon } from '../shell/Icon.jsx';
import { duration, plural } from '../state/format.js';
import { address, navigate, useRestoredScroll, withParams } from '../state/location.js';
import { canSearch, describeQuery, emptyQuery, isEmptyQuery, writeQuery } from '../state/query.js';
import { Filters } from './Filters.jsx';
import { Results } from './Results.jsx';
import { SearchBox } from './SearchBox.jsx';

/** @param openKey the moment that is open above the page, or null. */
export function SearchPage({ place, query, results, openKey }) {
  const unfolded = new Set(place.params.getAll('unfold'));
  const filtersOpen = place.params.get('filters') === 'open';
  const change = (next) => {
    const params = writeQuery(next);
    if (filtersOpen) params.set('filters', 'open');
    navigate(address('/', params));
  };
  const unfold = (key) => {
    if (!unfolded.delete(key)) unfolded.add(key);
    navigate(withParams({ unfold: [...unfolded] }), { replace: true });
  };
  const grid = useRef(null);
  useEffect(() => {
    const element = grid.current;
    const like = (event) => {
      const moment = results.moments.flatMap((one) => [one, ...one.similar]).find((one) => one.key === event.target.dataset.key);
      if (moment) change(moreLike(moment));
    };
    element.addEventListener('more-like', like);
    return () => element.removeEventListener('more-like', like);
  });
  useRestoredScroll(openKey === null && (results.moments.length > 0 || results.status === 'idle'));

  const big = isEmptyQuery(query);
  useEffect(() => { if (openKey === null) document.title = big ? 'ClusterSearch' : `${describeQuery(query)} · ClusterSearch`; });
  return (
    <div class={`search-page ${big ? 'is-home' : ''}`} ref={grid}>
      <div class="search-top">
        {big && <h1 class="home-title">Find the moment</h1>}
        <SearchBox query={query} onChange={change} big={big} />
        {big ? <HomeLine /> : (
          <Filters query={query} onChange={change} open={filtersOpen} onToggle={() => navigate(withParams({ filters: filtersOpen ? null : 'open' }), { replace: true })} />
        )}
      </div>
      {big ? <Recent /> : canSearch(query) ? (
        <Results query={query} results={results} unfolded={unfolded} onUnfold={unfold} openKey={openKey}
          onClearFilters={() => change({ ...emptyQuery, text: query.text, not: query.not, parts: query.parts, fold: query.fold })} />
      ) : (
        <div class="empty"><Icon name="minus" /><h2>Only negatives so far</h2><p>Say also what to look for: “not {query.not[0] ?? 'this picture'}” fits almost everything.</p></div>
      )}
    </div>
  );
}

export const moreLike = (moment, crop = null, seconds = moment.keyFrame) => ({
  ...emptyQuery, parts: [{ kind: 'moment', video: moment.videoId, seconds, crop, negative: false }],
});

function HomeLine() {
  const { videos, loaded } = useVideos();
  if (!loaded) return <p class="home-line"><span class="skeleton bone wide" /></p>;
  const seconds = videos.reduce((sum, video) => sum + video.seconds * video.progress, 0);
  if (videos.length === 0) return <p class="home-line quiet">The archive is empty. <a href="/ingestion">Take in some footage</a></p>;
  return <p class="home-line quiet">{plural(videos.length, 'video')}, {duration(seconds)} of footage. Write <code>-snow</code> to leave snow out; press <kbd>?</kbd> for the keyboard.</p>;
}

function Recent() {
  const { videos, loaded } = useVideos();
  if (loaded && videos.length === 0) return null;
  return (
    <section class="recent" aria-label="From the archive">
      <h2>From the archive</h2>
      <ul class="grid">
        {!loaded && Array.from({ length: 6 }, (_, i) => <li class="moment" key={i}><div class="moment-picture skeleton" /></li>)}
        {videos.slice(0, 12).map((video) => (
          <li class="moment" key={video.videoId}>
            <a class="moment-link" href={`/library/${video.videoId}`}>
              <div class="moment-picture"><Frame videoId={video.videoId} seconds={video.seconds / 3} width={480} /><span class="moment-length numbers">{duration(video.seconds)}</span></div>
              <div class="moment-words"><span class="moment-name">{video.video}</span></div>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
