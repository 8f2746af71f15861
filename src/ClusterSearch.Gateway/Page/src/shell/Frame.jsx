import { useState } from 'preact/hooks';
import { frameUrl } from '../api/archive.js';
import { Icon } from './Icon.jsx';

/** A frame of a video; a sign in its place where the gateway has no picture, as of a file that is gone. Decoration: words stand beside it. */
export function Frame({ videoId, seconds, width, class: name }) {
  const [failed, setFailed] = useState(false);
  if (failed) return <span class={`frame-missing ${name ?? ''}`}><Icon name="film" /></span>;
  return <img class={name} src={frameUrl(videoId, seconds, width)} alt="" loading="lazy" decoding="async" onError={() => setFailed(true)} />;
}
