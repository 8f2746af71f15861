import { isChosen, toggleChosen, basket } from '../basket/basket.js';
import { Frame } from '../shell/Frame.jsx';
import { Icon } from '../shell/Icon.jsx';
import { clock, duration, plural, relevanceOf, wallClock } from '../state/format.js';

export function MomentCard({ moment, href, query, folded, onUnfold, isSimilar, isOpen }) {
  const chosen = isChosen(basket.use(), moment);
  const range = `${clock(moment.start)} – ${clock(moment.end)}`;
  const at = wallClock(moment.recordedAt);
  return (
    <li class={`moment ${isSimilar ? 'similar' : ''} ${isOpen ? 'is-open' : ''}`} data-key={moment.key}>
      <a class="moment-link" href={href}>
        <div class="moment-picture">
          <Frame videoId={moment.videoId} seconds={moment.keyFrame} width={480} />
          <span class="moment-length numbers" aria-hidden="true">{duration(moment.end - moment.start)}</span>
        </div>
        <div class="moment-words">
          <span class="moment-name" title={moment.path ?? moment.video}>{moment.video}</span>
          <span class="moment-line"><span class="numbers">{range}</span><Relevance moment={moment} /></span>
          {at && <span class="moment-line quiet numbers">{at}</span>}
          {moment.labels.length > 0 && <span class="moment-labels">{moment.labels.slice(0, 3).map((label) => label.name).join(' · ')}</span>}
        </div>
      </a>
      <button type="button" class="moment-pick" aria-pressed={chosen} aria-label={chosen ? 'Take out of the basket' : 'Put into the basket'} onClick={() => toggleChosen(moment, query)}>
        <Icon name={chosen ? 'check' : 'plus'} />
      </button>
      {moment.similar.length > 0 && (
        <button type="button" class="moment-fold" aria-expanded={!folded} onClick={onUnfold}>
          <Icon name="layers" />{folded ? `${plural(moment.similar.length, 'more', 'more')} like this` : 'Fold again'}
        </button>
      )}
    </li>
  );
}

export function Relevance({ moment }) {
  const meaning = relevanceOf(moment.relevance);
  if (!meaning) return <span class="badge" title="This model has no calibration: only the order means something">score {moment.score.toFixed(3)}</span>;
  return <span class={`badge ${meaning.tone}`} title={`The model’s own probability that this matches: ${meaning.percent}`}>{meaning.name} {meaning.percent}</span>;
}

export const MomentSkeleton = () => (
  <li class="moment" aria-hidden="true">
    <div class="moment-picture skeleton" />
    <div class="moment-words"><span class="skeleton bone wide" /><span class="skeleton bone" /></div>
  </li>
);
