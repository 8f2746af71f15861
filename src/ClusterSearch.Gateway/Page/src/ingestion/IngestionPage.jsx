import { useEffect, useState } from 'preact/hooks';
import { ingestion as fetchIngestion, ingestionEvents, pauseIngestion, removeVideo, resumeIngestion, retryVideo } from '../api/archive.js';
import { refreshVideos } from '../library/useVideos.js';
import { Failure, remedyOf } from '../shell/Failure.jsx';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';
import { useFetched } from '../state/fetched.js';
import { duration, plural } from '../state/format.js';
import { RegisterForm } from './RegisterForm.jsx';
import { UploadBox } from './UploadBox.jsx';

export function IngestionPage() {
  const [fetched, again] = useFetched((signal) => fetchIngestion({ signal }), []);
  const [live, setLive] = useState(null);
  useEffect(() => { document.title = 'Ingestion · ClusterSearch'; }, []);
  useEffect(() => {
    let wasRunning = false;
    return ingestionEvents((state) => {
      setLive(state);
      // What failed and what is new is known at the end of a run.
      if (wasRunning && !state.running) { refreshVideos(); again(); }
      wasRunning = state.running;
    });
  }, []);
  const state = live ? { ...fetched.value, ...live } : fetched.value;
  if (fetched.error && !live) return <main id="content" class="page" tabIndex={-1}><Failure error={fetched.error} title="Ingestion cannot be shown" onRetry={again} /></main>;
  const act = async (work, done) => {
    try { const result = await work(); toast(done(result)); again(); } catch (error) { toast(error.message); }
  };
  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="page-head"><div><h1>Ingestion</h1><p>Footage is searchable piece by piece while it is taken in.</p></div></div>
      <div class="ingestion">
        <div class="stack">
          {state ? <Run state={state} act={act} /> : <div class="card panel run"><span class="skeleton bone wide" /><div class="meter" /><div class="figures">{[0, 1, 2, 3].map((i) => <span key={i} class="skeleton bone wide" />)}</div></div>}
          {state && <Failures failures={state.failures ?? []} act={act} />}
        </div>
        <div class="stack">
          <RegisterForm roots={state?.roots} onStarted={again} />
          <UploadBox onStarted={again} />
        </div>
      </div>
    </main>
  );
}

function Run({ state, act }) {
  const share = state.secondsTotal > 0 ? Math.min(1, state.secondsDone / state.secondsTotal) : 0;
  const stages = { discovering: 'Looking for footage', embedding: 'Taking in footage', indexing: 'Writing the index', done: 'Done' };
  const title = state.paused ? 'Paused' : state.running ? stages[state.stage] ?? 'Taking in footage' : 'Nothing to take in';
  return (
    <section class="card panel run" aria-label="Progress">
      <header>
        <h2>{title}</h2>
        {state.paused ? <span class="badge warm">Paused</span> : state.running ? <span class="badge accent">Live</span> : <span class="badge good">Idle</span>}
        <span class="push" />
        {state.paused
          ? <button type="button" class="button primary" onClick={() => act(resumeIngestion, () => 'Ingestion goes on.')}><Icon name="play" />Resume</button>
          : <button type="button" class="button" onClick={() => act(pauseIngestion, () => 'Paused: pieces under way are finished, no new ones begun.')}><Icon name="pause" />Pause</button>}
      </header>
      <div class="meter" role="progressbar" aria-label="Footage taken in" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.floor(share * 100)}><span style={{ width: `${share * 100}%` }} /></div>
      <dl class="figures" aria-live="off">
        <div class="figure"><dt>Footage</dt><dd>{duration(state.secondsDone)} <small>of {duration(state.secondsTotal)}</small></dd></div>
        <div class="figure"><dt>Videos</dt><dd>{state.videosDone} <small>of {state.videos}</small></dd></div>
        <div class="figure"><dt>Speed</dt><dd>{speed(state)}</dd></div>
        <div class="figure"><dt>Time left</dt><dd>{state.running && !state.paused ? (state.secondsLeft === null ? <small>not known yet</small> : duration(state.secondsLeft)) : '–'}</dd></div>
      </dl>
      {state.note && <p class="notice warm"><Icon name="info" />{state.note}</p>}
    </section>
  );
}

/** Hours of footage a second of work, as archives are measured; times real time beside it. */
function speed({ running, timesRealTime }) {
  if (!running || !(timesRealTime > 0)) return '–';
  const hoursASecond = timesRealTime / 3600;
  return <>{hoursASecond >= 0.1 ? hoursASecond.toFixed(2) : hoursASecond.toPrecision(2)} <small>h/s, {Math.round(timesRealTime)} × real time</small></>;
}

function Failures({ failures, act }) {
  return (
    <section class="card panel" aria-label="Failures">
      <div class="row">
        <h2>{failures.length === 0 ? 'No failures' : plural(failures.length, 'failure')}</h2>
        {failures.length > 0 && <button type="button" class="button tiny push" onClick={() => act(() => retryVideo(null), (n) => (n > 0 ? `${plural(n, 'piece')} will be tried again.` : 'There is nothing to try again.'))}><Icon name="retry" />Try all again</button>}
      </div>
      {failures.length === 0 ? <p class="quiet small">Files that cannot be taken in are listed here, each with its remedy. One bad file never stops the others.</p> : (
        <ul class="failures">
          {failures.map((one) => (
            <li key={`${one.path} ${one.code}`}>
              <span class="row"><span class="name">{one.path.split('/').at(-1)}</span><span class="badge bad">{one.code}</span>
                {one.videoId && <span class="row push">
                  <button type="button" class="button tiny" onClick={() => act(() => retryVideo(one.videoId), (n) => (n > 0 ? `${plural(n, 'piece')} will be tried again.` : 'There is nothing to try again.'))}>Try again</button>
                  <button type="button" class="button tiny danger" onClick={() => act(() => removeVideo(one.videoId).then(refreshVideos), () => 'Removed from the archive.')}>Remove</button>
                </span>}
              </span>
              <span>{one.message.startsWith(`${one.path}: `) ? one.message.slice(one.path.length + 2) : one.message}</span>
              {remedyOf(one.code) && <span class="remedy">{remedyOf(one.code)}</span>}
              <code class="quiet">{one.path}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
