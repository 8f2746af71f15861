import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { removeVideo, retryVideo, video as fetchVideo } from '../api/archive.js';
import { momentAddress } from '../moment/address.js';
import { Dialog } from '../shell/Dialog.jsx';
import { Failure } from '../shell/Failure.jsx';
import { Frame } from '../shell/Frame.jsx';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';
import { useFetched } from '../state/fetched.js';
import { bytes, clock, count, duration, plural, wallClock } from '../state/format.js';
import { address, navigate } from '../state/location.js';
import { emptyQuery, writeQuery } from '../state/query.js';
import { refreshVideos } from './useVideos.js';
import { Coverage, StateBadge } from './VideoState.jsx';

export function VideoPage({ videoId }) {
  const [state, again] = useFetched((signal) => fetchVideo(videoId, { signal }), [videoId]);
  const [removing, setRemoving] = useState(false);
  const video = state.value;
  useEffect(() => { document.title = `${video?.video ?? 'Video'} · ClusterSearch`; });
  if (state.error) return <main id="content" class="page" tabIndex={-1}><Failure error={state.error} title="This video cannot be shown" onRetry={again} /></main>;
  const retry = async () => {
    try {
      const chunks = await retryVideo(videoId);
      toast(chunks > 0 ? `${plural(chunks, 'piece')} will be tried again.` : 'There is nothing to try again.');
      again();
    } catch (error) { toast(error.message); }
  };
  const remove = async () => {
    setRemoving(false);
    try {
      await removeVideo(videoId);
      toast(`${video.video} is forgotten; the file itself was not touched.`);
      refreshVideos();
      navigate('/library');
    } catch (error) { toast(error.message); }
  };
  return (
    <main id="content" class="page video-page" tabIndex={-1}>
      <p class="small crumbs"><a href="/library">Library</a></p>
      <div class="page-head">
        <div>
          <h1>{video?.video ?? <span class="skeleton bone wide" />}</h1>
          {video && <p class="row"><StateBadge video={video} />{video.note && <span class="small">{video.note}</span>}</p>}
        </div>
        {video && (
          <div class="row push">
            <a class="button primary" href={momentAddress({ videoId, start: null }, null)}><Icon name="play" />Play</a>
            <a class="button" href={address('/', writeQuery({ ...emptyQuery, text: '', video: [videoId] }))} onClick={() => setTimeout(() => document.getElementById('search-words')?.focus(), 50)}><Icon name="search" />Search in it</a>
            {(video.state === 'failed' || video.state === 'partial') && <button type="button" class="button" onClick={retry}><Icon name="retry" />Try again</button>}
            <button type="button" class="button danger" onClick={() => setRemoving(true)}><Icon name="trash" />Remove</button>
          </div>
        )}
      </div>
      {video ? <Detail video={video} /> : <div class="skeleton video-skeleton" />}
      {removing && (
        <Dialog title="Remove this video?" onClose={() => setRemoving(false)}>
          <p>Its place in the archive, its index and its vectors go. The file itself stays where it is and can be taken in again.</p>
          <div class="row dialog-foot"><button type="button" class="button" onClick={() => setRemoving(false)}>Keep it</button><button type="button" class="button danger" onClick={remove}><Icon name="trash" />Remove {video.video}</button></div>
        </Dialog>
      )}
    </main>
  );
}

function Detail({ video }) {
  const facts = [
    ['Length', duration(video.seconds)],
    ['Searchable', `${Math.floor(video.progress * 100)} %, ${plural(video.samples, 'sample')}${video.missingSamples > 0 ? `, ${count(video.missingSamples)} missing` : ''}`],
    ['Picture', video.width > 0 && `${video.width} × ${video.height}${video.frameRate ? `, ${rateText(video.frameRate)} frames a second` : ''}`],
    ['Format', [containerName(video), video.codec].filter(Boolean).join(', ')],
    ['Size', video.fileBytes > 0 && bytes(video.fileBytes)],
    ['Timecode', video.timecode],
    ['Recorded', wallClock(video.recordedAt)],
    ['Camera', video.camera],
    ['Zone', video.zone],
    ['Sound', video.audioText],
    ['Places', video.places.length > 0 && <ul>{video.places.map((one) => <li key={one}><code>{one}</code></li>)}</ul>],
  ].filter(([, value]) => value);
  return (
    <div class="video-detail">
      <div class="stack">
        <a class="video-poster" href={momentAddress({ videoId: video.videoId, start: null }, null)} aria-label={`Play ${video.video}`}>
          <Frame videoId={video.videoId} seconds={video.seconds / 3} width={960} /><span><Icon name="play" /></span>
        </a>
        <Coverage video={video} />
        {video.warnings.map((text) => <p class="notice warm" key={text}><Icon name="warning" />{text}</p>)}
        <dl class="facts card panel">{facts.map(([name, value]) => <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>)}</dl>
      </div>
      <section aria-label="Shots">
        <h2>{plural(video.shots.length, 'shot')}</h2>
        {video.shots.length === 0 && <p class="quiet">Shots appear here as soon as the first piece is searchable.</p>}
        <ol class="shot-list">
          {video.shots.slice(0, 400).map((shot) => (
            <li key={shot.start}>
              <a class="shot" href={momentAddress({ videoId: video.videoId, start: shot.start, end: shot.end }, null)}>
                <Frame class="shot-picture" videoId={video.videoId} seconds={(shot.start + shot.end) / 2} width={320} />
                <span class="small numbers"><span class="unseen">Shot </span>{clock(shot.start)} – {clock(shot.end)}</span>
                {shot.labels.length > 0 && <span class="small quiet shot-label">{shot.labels.map((label) => label.name).slice(0, 2).join(', ')}</span>}
              </a>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** ffprobe names every container that a reader knows: "mov,mp4,m4a"; the file's own ending says which. */
function containerName({ container, video }) {
  const names = (container ?? '').split(',');
  const ending = video.split('.').at(-1).toLowerCase();
  return names.includes(ending) ? ending : names[0];
}

const rateText = (rate) => {
  const [numerator, denominator = 1] = rate.split('/').map(Number);
  return Number((numerator / denominator).toFixed(3));
};
