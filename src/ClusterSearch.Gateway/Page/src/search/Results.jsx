import { useEffect, useRef } from 'preact/hooks';
import { Failure } from '../shell/Failure.jsx';
import { Icon } from '../shell/Icon.jsx';
import { count, duration, plural, worthALook } from '../state/format.js';
import { momentAddress } from '../moment/address.js';
import { describeQuery, filterCount } from '../state/query.js';
import { leftOut } from './leftOut.js';
import { MomentCard, MomentSkeleton } from './MomentCard.jsx';

export function Results({ query, results, unfolded, onUnfold, openKey, onClearFilters }) {
  const { status, moments, answer } = results;
  const words = describeQuery(query);
  const firstFaint = answer?.verdict === 'nothing' ? null : faintFrom(moments);
  if (status === 'failed' && moments.length === 0) return <Failure error={results.error} title="The search failed" onRetry={results.again} />;
  if (status !== 'loading' && answer && moments.length === 0) return <NoMoments query={query} answer={answer} onClearFilters={onClearFilters} />;
  return (
    <section aria-label="Moments" aria-busy={status === 'loading'}>
      <div class="result-head" role="status">
        {status === 'loading' ? <span class="skeleton bone wide" /> : <Summary answer={answer} number={moments.length} />}
      </div>
      {answer && <LeftOut coverage={answer.coverage} />}
      {answer?.verdict === 'nothing' && (
        <div class="verdict" data-verdict="nothing">
          <Icon name="moonless" />
          <div>
            <h2>Nothing stands out</h2>
            <p>No moment of this archive looks like <q>{words}</q> more than the rest does. Below are the closest, in their order; expect none to be right. Other words, a picture or fewer filters may find more.</p>
          </div>
        </div>
      )}
      {answer?.verdict === 'weak' && (
        <p class="verdict-line" data-verdict="weak"><Icon name="info" />Doubtful: some of these may match, none is sure.</p>
      )}
      <ol class={`grid ${answer?.verdict === 'nothing' ? 'doubtful' : ''}`} onKeyDown={moveFocus}>
        {status === 'loading' && Array.from({ length: 12 }, (_, i) => <MomentSkeleton key={i} />)}
        {moments.flatMap((moment) => {
          const line = moment === firstFaint ? [<li class="faint-line" key="faint">Hardly anything of it from here on</li>] : [];
          const folded = !unfolded.has(moment.key);
          const card = (one, more) => <MomentCard key={one.key} moment={one} query={words} href={momentAddress(one, query)} isOpen={one.key === openKey} {...more} />;
          const best = card(moment, { folded, onUnfold: () => onUnfold(moment.key) });
          return folded ? [...line, best] : [...line, best, ...moment.similar.map((one) => card({ ...one, similar: [] }, { isSimilar: true }))];
        })}
        {status === 'more' && Array.from({ length: 6 }, (_, i) => <MomentSkeleton key={`more-${i}`} />)}
      </ol>
      {status === 'failed' && moments.length > 0 && (
        <div class="notice bad" role="alert"><Icon name="warning" /><span>{results.error.message} <button type="button" class="link" onClick={results.more}>Try again</button></span></div>
      )}
      {answer?.nextCursor ? <Sentinel onSeen={results.more} ready={status === 'done'} /> : status === 'done' && moments.length > 8 && <p class="grid-end quiet small">That is all.</p>}
    </section>
  );
}

/** The first moment below what is worth a look, where something above it is. */
function faintFrom(moments) {
  const at = moments.findIndex((moment) => moment.relevance !== null && moment.relevance < worthALook);
  return at > 0 && moments.slice(at).every((moment) => moment.relevance < worthALook) ? moments[at] : null;
}

function Summary({ answer, number }) {
  const { coverage, tookMs } = answer;
  const missing = coverage.videos - coverage.searchable;
  return (
    <p class="quiet small">
      <strong>{answer.nextCursor ? `The best ${number}` : plural(number, 'moment')}</strong>
      {' · '}{plural(coverage.searchable, 'video')} searched{tookMs !== null && <> in {tookMs < 10 ? `${tookMs.toFixed(1)} ms` : tookMs < 1000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1000).toFixed(1)} s`}</>}
      {missing > 0 && <> · <a href="/library?state=incomplete">{plural(missing, 'video')} not wholly searched</a></>}
      {coverage.missingSeconds >= 1 && <> · {duration(coverage.missingSeconds)} of footage missing</>}
      {coverage.filteredOut > 0 && <> · {count(coverage.filteredOut)} samples left out by filters</>}
    </p>
  );
}

function LeftOut({ coverage }) {
  return leftOut(coverage).map(({ what, text }) => <p class="notice warm left-out" key={what} data-left-out={what}><Icon name="warning" /><span>{text}</span></p>);
}

function NoMoments({ query, answer, onClearFilters }) {
  const empty = answer.coverage.videos === 0;
  const filters = filterCount(query) > 0;
  return (
    <div class="empty" data-verdict="nothing">
      <LeftOut coverage={answer.coverage} />
      <Icon name={empty ? 'film' : 'moonless'} />
      <h2>{empty ? 'The archive is empty' : 'Nothing stands out'}</h2>
      <p>{empty ? 'Take in some footage first; it can be searched while it comes.' : filters ? 'No footage passes the filters, or nothing in it looks like this.' : <>Nothing in this archive looks like <q>{describeQuery(query)}</q>.</>}</p>
      <div class="row">
        {empty && <a class="button primary" href="/ingestion"><Icon name="ingest" />Take in footage</a>}
        {!empty && filters && <button type="button" class="button primary" onClick={onClearFilters}>Search without filters</button>}
      </div>
    </div>
  );
}

/** Asks for more before the end is on screen. */
function Sentinel({ onSeen, ready }) {
  const mark = useRef(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    if (!ready) return;
    const watch = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) seen.current(); }, { rootMargin: '900px' });
    watch.observe(mark.current);
    return () => watch.disconnect();
  }, [ready]);
  return <div ref={mark} class="sentinel" aria-hidden="true" />;
}

/** Arrows go to the neighbour in the direction on screen; S and M act on the moment that has the focus. */
function moveFocus(event) {
  const card = event.target.closest?.('.moment');
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === 's') { card.querySelector('.moment-pick').click(); event.preventDefault(); return; }
  if (key === 'm') { card.dispatchEvent(new CustomEvent('more-like', { bubbles: true })); event.preventDefault(); return; }
  const next = neighbour([...event.currentTarget.querySelectorAll('.moment-link')], card.querySelector('.moment-link'), event.key);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

export function neighbour(links, from, key) {
  const at = links.indexOf(from);
  if (key === 'ArrowRight') return links[at + 1];
  if (key === 'ArrowLeft') return links[at - 1];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const here = from.getBoundingClientRect();
  const sign = key === 'ArrowDown' ? 1 : -1;
  let best;
  let least = Infinity;
  for (const link of links) {
    const box = link.getBoundingClientRect();
    const down = (box.top - here.top) * sign;
    if (down < here.height / 3) continue;
    const distance = down * 4 + Math.abs(box.left - here.left);
    if (distance < least) { least = distance; best = link; }
  }
  return best;
}
