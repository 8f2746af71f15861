import { useEffect, useState } from 'preact/hooks';
import { clipsZip, video as fetchVideo } from '../api/archive.js';
import { fileSafe, writeEdl } from '../export/edl.js';
import { writeFcpxml } from '../export/fcpxml.js';
import { writeCsv, writeJson } from '../export/tables.js';
import { momentAddress } from '../moment/address.js';
import { Relevance } from '../search/MomentCard.jsx';
import { Frame } from '../shell/Frame.jsx';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';
import { clock, duration, plural, wallClock } from '../state/format.js';
import { address, navigate } from '../state/location.js';
import { basket } from './basket.js';
import { readShared, writeShared } from './sharing.js';
import { saveFile } from './saveFile.js';

const formats = [
  ['json', 'JSON', 'Everything, for programs'], ['csv', 'CSV', 'For a spreadsheet'],
  ['edl', 'EDL', 'CMX 3600, one list a frame rate'], ['fcpxml', 'FCPXML', 'Final Cut, Resolve, Premiere'],
];

export function BasketPage({ place }) {
  const moments = basket.use();
  const [busy, setBusy] = useState(null);
  const [title, setTitle] = useState('ClusterSearch');
  useEffect(() => { document.title = 'Basket · ClusterSearch'; }, []);
  useEffect(() => { takeShared(place.params); }, []);

  const run = async (name, work) => {
    setBusy(name);
    try { await work(); } catch (error) { toast(error.message); } finally { setBusy(null); }
  };
  const exportAs = (format) => run(format, async () => {
    const complete = await withFacts(moments);
    const name = fileSafe(title);
    if (format === 'json') saveFile(`${name}.json`, 'application/json', writeJson(complete, new Date().toISOString()));
    if (format === 'csv') saveFile(`${name}.csv`, 'text/csv', writeCsv(complete));
    if (format === 'fcpxml') saveFile(`${name}.fcpxml`, 'application/xml', writeFcpxml(complete, title));
    if (format === 'edl') for (const list of writeEdl(complete, title)) saveFile(list.name, 'text/plain', list.text);
  });
  const move = (index, by) => basket.set((all) => {
    const next = [...all];
    [next[index], next[index + by]] = [next[index + by], next[index]];
    return next;
  });
  const clear = () => {
    const before = basket.get();
    basket.set([]);
    toast('The basket is empty.', { label: 'Undo', run: () => basket.set(before) });
  };
  const share = async () => {
    const link = new URL(address('/basket', writeShared(moments)), location.href).href;
    try { await navigator.clipboard.writeText(link); toast('Link to this basket copied.'); }
    catch { navigate(link.slice(location.origin.length), { replace: true }); toast('The browser does not let this page copy: the address bar has the link.'); }
  };

  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>Basket</h1>
          <p>{moments.length === 0 ? 'Nothing chosen' : `${plural(moments.length, 'moment')}, ${duration(moments.reduce((sum, m) => sum + m.end - m.start, 0))}`}</p>
        </div>
        {moments.length > 0 && (
          <div class="row push">
            <button type="button" class="button" onClick={share}><Icon name="link" />Copy link</button>
            <button type="button" class="button danger" onClick={clear}><Icon name="trash" />Empty</button>
          </div>
        )}
      </div>
      {moments.length === 0 ? (
        <div class="empty"><Icon name="basket" /><h2>Collect moments here</h2><p>Press + on a moment, or <kbd>S</kbd> with the keyboard. What is chosen stays on this computer until you empty it, and goes from here to an editor.</p><div class="row"><a class="button primary" href="/"><Icon name="search" />Search</a></div></div>
      ) : (
        <div class="basket">
          <ol class="basket-list">
            {moments.map((moment, index) => (
              <li class="card" key={moment.key}>
                <a href={momentAddress(moment, null)} class="basket-picture" aria-label={`Open ${moment.video}, ${clock(moment.start)}`}><Frame videoId={moment.videoId} seconds={moment.keyFrame} width={320} /></a>
                <div class="basket-words">
                  <span class="moment-name">{moment.video}</span>
                  <span class="numbers small">{clock(moment.start, { tenths: true })} – {clock(moment.end, { tenths: true })} <span class="quiet">({duration(moment.end - moment.start)})</span></span>
                  {moment.recordedAt && <span class="numbers small quiet">{wallClock(moment.recordedAt)}</span>}
                  <span class="row small quiet">{moment.score !== null && <Relevance moment={moment} />}{moment.query && <q>{moment.query}</q>}</span>
                </div>
                <div class="basket-tools">
                  <button type="button" class="button bare icon tiny turn-up" aria-label={`Move ${moment.video} ${clock(moment.start)} up`} disabled={index === 0} onClick={() => move(index, -1)}><Icon name="left" /></button>
                  <button type="button" class="button bare icon tiny turn-up" aria-label={`Move ${moment.video} ${clock(moment.start)} down`} disabled={index === moments.length - 1} onClick={() => move(index, 1)}><Icon name="right" /></button>
                  <button type="button" class="button bare icon tiny" aria-label={`Take out ${moment.video} ${clock(moment.start)}`} onClick={() => basket.set((all) => all.filter((one) => one.key !== moment.key))}><Icon name="close" /></button>
                </div>
              </li>
            ))}
          </ol>
          <section class="card panel exports" aria-label="Export">
            <h2>Export</h2>
            <label class="field">Title<input class="input" value={title} maxLength={80} onInput={(event) => setTitle(event.currentTarget.value)} /></label>
            {formats.map(([format, name, what]) => (
              <button type="button" class="export-button" key={format} disabled={busy !== null} aria-busy={busy === format} onClick={() => exportAs(format)}>
                <Icon name="download" /><span><strong>{name}</strong><span class="small quiet">{what}</span></span>
              </button>
            ))}
            <button type="button" class="export-button" disabled={busy !== null} aria-busy={busy === 'zip'} onClick={() => run('zip', () => clipsZip(moments, fileSafe(title)))}>
              <Icon name="film" /><span><strong>Clips as ZIP</strong><span class="small quiet">{busy === 'zip' ? 'Cutting…' : 'One MP4 a moment, exact ends'}</span></span>
            </button>
          </section>
        </div>
      )}
    </main>
  );
}

/** Frame rate, timecode and size of each moment's video, which editors need and a search does not return. */
async function withFacts(moments) {
  const facts = new Map();
  for (const id of new Set(moments.map((moment) => moment.videoId))) {
    const { frameRate, timecode, width, height, seconds, hasAudio, path, video } = await fetchVideo(id);
    facts.set(id, { frameRate, timecode, width, height, seconds, hasAudio, path, video });
  }
  return moments.map((moment) => ({ ...moment, ...facts.get(moment.videoId) }));
}

/** A link to a basket adds what it names. */
async function takeShared(params) {
  const shared = readShared(params);
  if (shared.length === 0) return;
  const names = new Map();
  for (const id of new Set(shared.map((one) => one.videoId))) names.set(id, await fetchVideo(id).catch(() => null));
  const known = shared.filter((one) => names.get(one.videoId)).map((one) => ({ ...one, video: names.get(one.videoId).video, path: names.get(one.videoId).path }));
  const before = basket.get();
  const added = known.filter((one) => !before.some((old) => old.key === one.key));
  navigate('/basket', { replace: true });
  if (added.length === 0) return;
  basket.set([...before, ...added]);
  toast(`${plural(added.length, 'moment')} added from the link.`, { label: 'Undo', run: () => basket.set(before) });
}
