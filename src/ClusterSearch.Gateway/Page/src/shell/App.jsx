import { useEffect, useRef, useState } from 'preact/hooks';
import { session } from '../api/client.js';
import { basket } from '../basket/basket.js';
import { BasketPage } from '../basket/BasketPage.jsx';
import { IngestionPage } from '../ingestion/IngestionPage.jsx';
import { Library } from '../library/Library.jsx';
import { VideoPage } from '../library/VideoPage.jsx';
import { momentKey } from '../basket/sharing.js';
import { readMoment } from '../moment/address.js';
import { MomentView } from '../moment/MomentView.jsx';
import { OperationsPage } from '../operations/OperationsPage.jsx';
import { SearchPage } from '../search/SearchPage.jsx';
import { useResults } from '../search/useResults.js';
import { useLocation } from '../state/location.js';
import { readQuery, writeQuery } from '../state/query.js';
import { Help } from './Help.jsx';
import { Icon } from './Icon.jsx';
import { Login } from './Login.jsx';
import { theme, toggleTheme } from './theme.js';
import { Toasts } from './toasts.jsx';

const tabs = [['/', 'Search', 'search'], ['/library', 'Library', 'library'], ['/ingestion', 'Ingestion', 'ingest'], ['/operations', 'Operations', 'pulse'], ['/basket', 'Basket', 'basket']];

export function App() {
  const place = useLocation();
  const [help, setHelp] = useState(false);
  const { needed } = session.use();
  const target = readMoment(place.path, place.params);
  useEffect(() => {
    const onKey = (event) => onGlobalKey(event, () => setHelp(true));
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (needed) return <><Login /><Toasts /></>;
  return (
    <>
      <a class="skip button primary" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>Skip to the content</a>
      <Bar path={target ? '/' : place.path} onHelp={() => setHelp(true)} />
      <Page place={place} target={target} />
      {help && <Help onClose={() => setHelp(false)} />}
      <Toasts />
    </>
  );
}

function Page({ place, target }) {
  if (place.path === '/' || target) return <Searching place={place} target={target} />;
  const video = /^\/library\/([\w-]+)$/.exec(place.path);
  if (video) return <VideoPage key={video[1]} videoId={video[1]} />;
  switch (place.path) {
    case '/library': return <Library place={place} />;
    case '/ingestion': return <IngestionPage place={place} />;
    case '/operations': return <OperationsPage place={place} />;
    case '/basket': return <BasketPage place={place} />;
    default: return <main id="content" class="page" tabIndex={-1}><div class="empty"><Icon name="moonless" /><h1>There is no such page</h1><div class="row"><a class="button primary" href="/">Search</a></div></div></main>;
  }
}

/** The results stay where they are under an open moment, so that closing it changes nothing. */
function Searching({ place, target }) {
  const query = readQuery(place.params);
  const key = writeQuery(query).toString();
  const results = useResults(query, key);
  const under = useRef(place);
  if (!target) under.current = place;
  const shown = target ? { path: '/', params: writeQuery(query) } : place;
  const openKey = target ? (target.start === null ? target.videoId : momentKey(target.videoId, target.start, target.end)) : null;
  // What was unfolded stays so while a moment is open.
  if (target) for (const value of under.current.params.getAll('unfold')) shown.params.append('unfold', value);
  return (
    <>
      <main id="content" tabIndex={-1} inert={target ? true : undefined}>
        <SearchPage place={shown} query={query} results={results} openKey={openKey} />
      </main>
      {target && <MomentView place={place} target={target} query={query} results={results} />}
    </>
  );
}

function Bar({ path, onHelp }) {
  const chosen = basket.use().length;
  const dark = theme.use() === 'dark';
  return (
    <header class="bar">
      <a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28" />ClusterSearch</a>
      <nav class="tabs" aria-label="Pages">
        {tabs.map(([to, name, icon]) => (
          <a key={to} class="tab" href={to} aria-current={path === to || (to !== '/' && path.startsWith(to)) ? 'page' : undefined}>
            <Icon name={icon} /><span>{name}</span>
            {to === '/basket' && chosen > 0 && <span class="count" aria-label={`${chosen} chosen`}>{chosen}</span>}
          </a>
        ))}
      </nav>
      <button type="button" class="button bare icon push" aria-label="Keyboard" title="Keyboard (?)" onClick={onHelp}><Icon name="keyboard" /></button>
      <button type="button" class="button bare icon" aria-label={dark ? 'Light colours' : 'Dark colours'} title={dark ? 'Light' : 'Dark'} onClick={toggleTheme}><Icon name={dark ? 'sun' : 'moon'} /></button>
    </header>
  );
}

function onGlobalKey(event, showHelp) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, textarea, select')) return;
  if (event.key === '?') { event.preventDefault(); showHelp(); }
  if (event.key === '/') {
    const words = document.getElementById('search-words');
    if (!words) return;
    event.preventDefault();
    const open = document.querySelector('.moment-bar button');
    const toWords = () => { words.focus(); words.select(); };
    // A moment that closes gives the focus back to the results first.
    if (open) { open.click(); setTimeout(toWords, 50); } else toWords();
  }
  if ((event.key === 'ArrowDown' || event.key === 'ArrowRight') && event.target === document.body && !document.querySelector('.moment-view')) {
    const first = document.querySelector('.grid .moment-link');
    if (first) { event.preventDefault(); first.focus(); }
  }
}
