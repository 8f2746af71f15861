const names = { planned: ['Waiting', ''], ingesting: ['Being taken in', 'accent'], searchable: ['Searchable', 'good'], partial: ['Pieces missing', 'warm'], failed: ['Failed', 'bad'] };

export function StateBadge({ video }) {
  const [name, tone] = names[video.state] ?? [video.state, ''];
  return <span class={`badge ${tone}`}>{name}</span>;
}

export function Coverage({ video }) {
  const percent = Math.floor(video.progress * 100);
  return (
    <span class={`meter ${video.state === 'searchable' ? 'good' : ''}`} role="progressbar" aria-label="Searchable" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} title={`${percent} % searchable`}>
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}
