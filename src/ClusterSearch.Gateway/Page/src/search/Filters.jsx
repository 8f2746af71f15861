import { useEffect, useState } from 'preact/hooks';
import { useVideos } from '../library/useVideos.js';
import { Icon } from '../shell/Icon.jsx';
import { clock } from '../state/format.js';
import { filterCount } from '../state/query.js';

/** What a search is confined to. Chips of what is set stay visible while the panel is closed. */
export function Filters({ query, onChange, open, onToggle }) {
  const { videos } = useVideos();
  const names = new Map(videos.map((video) => [video.videoId, video.video]));
  const number = filterCount(query);
  const set = (changes) => onChange({ ...query, ...changes });
  return (
    <section class="filters" aria-label="Filters">
      <div class="filter-line">
        <button type="button" class="button tiny bare" aria-expanded={open} aria-controls="filter-panel" onClick={onToggle}>
          <Icon name="filter" />Filters{number > 0 && <span class="badge accent">{number}</span>}
        </button>
        {query.video.map((id) => <FilterChip key={id} text={names.get(id) ?? id.slice(0, 8)} what="video" onRemove={() => set({ video: query.video.filter((one) => one !== id) })} />)}
        {query.camera.map((name) => <FilterChip key={name} text={name} what="camera" onRemove={() => set({ camera: query.camera.filter((one) => one !== name) })} />)}
        {query.zone.map((name) => <FilterChip key={name} text={name} what="zone" onRemove={() => set({ zone: query.zone.filter((one) => one !== name) })} />)}
        {query.after && <FilterChip text={`from ${dateText(query.after)}`} what="date" onRemove={() => set({ after: null })} />}
        {query.before && <FilterChip text={`until ${dateText(query.before)}`} what="date" onRemove={() => set({ before: null })} />}
        {query.from && <FilterChip text={`after ${clock(Number(query.from))} in the video`} what="time" onRemove={() => set({ from: null })} />}
        {query.to && <FilterChip text={`before ${clock(Number(query.to))} in the video`} what="time" onRemove={() => set({ to: null })} />}
        <button type="button" class="button tiny bare push" aria-pressed={query.fold} title="Moments that look nearly the same stand under the best of them" onClick={() => set({ fold: !query.fold })}>
          <Icon name="layers" />Fold repeats
        </button>
      </div>
      {open && (
        <div class="filter-panel card" id="filter-panel">
          <Choice label="Video" values={videos.map((v) => [v.videoId, v.video])} chosen={query.video} onChoose={(video) => set({ video })} />
          <Choice label="Camera" values={namesOf(videos, 'camera')} chosen={query.camera} onChoose={(camera) => set({ camera })} none="No video has a camera" />
          <Choice label="Zone" values={namesOf(videos, 'zone')} chosen={query.zone} onChoose={(zone) => set({ zone })} none="No video has a zone" />
          <label class="field">Recorded from<input class="input" type="datetime-local" value={query.after ?? ''} onChange={(event) => set({ after: event.currentTarget.value || null })} /></label>
          <label class="field">Recorded until<input class="input" type="datetime-local" value={query.before ?? ''} onChange={(event) => set({ before: event.currentTarget.value || null })} /></label>
          <Seconds label="In the video, from" value={query.from} onSet={(from) => set({ from })} />
          <Seconds label="In the video, to" value={query.to} onSet={(to) => set({ to })} />
          {number > 0 && <button type="button" class="button bare" onClick={() => set({ video: [], camera: [], zone: [], after: null, before: null, from: null, to: null })}>Clear all</button>}
        </div>
      )}
    </section>
  );
}

function Choice({ label, values, chosen, onChoose, none }) {
  const left = values.filter(([value]) => !chosen.includes(value));
  return (
    <label class="field">{label}
      <select class="input" aria-label={label} disabled={values.length === 0} value="" onChange={(event) => { if (event.currentTarget.value) onChoose([...chosen, event.currentTarget.value]); event.currentTarget.value = ''; }}>
        <option value="">{values.length === 0 && none ? none : chosen.length > 0 ? 'Add another…' : 'Any'}</option>
        {left.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
    </label>
  );
}

/** "1:30", "90" or "1:02:03". */
function Seconds({ label, value, onSet }) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  useEffect(() => setText(value ? clock(Number(value)) : ''), [value]);
  const commit = () => {
    const seconds = readClock(text);
    setWrong(text.trim() !== '' && seconds === null);
    if (text.trim() === '') onSet(null);
    else if (seconds !== null) onSet(String(seconds));
  };
  return (
    <label class="field">{label}
      <input class="input" placeholder="m:ss" value={text} aria-invalid={wrong} onInput={(event) => setText(event.currentTarget.value)} onBlur={commit}
        onKeyDown={(event) => { if (event.key === 'Enter') commit(); }} />
      {wrong && <span class="field-fault">Write it as 1:30 or 90</span>}
    </label>
  );
}

export function readClock(text) {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text.trim());
  return match ? Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3]) : null;
}

const FilterChip = ({ text, what, onRemove }) => (
  <span class="chip"><span>{text}</span><button type="button" aria-label={`Remove the filter ${what}: ${text}`} onClick={onRemove}><Icon name="close" /></button></span>
);

const namesOf = (videos, field) => [...new Set(videos.map((video) => video[field]).filter(Boolean))].sort().map((name) => [name, name]);

const dateText = (value) => value.replace('T', ' ');
