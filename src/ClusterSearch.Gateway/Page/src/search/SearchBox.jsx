import { useEffect, useRef, useState } from 'preact/hooks';
import { frameUrl, pictureUrl, uploadPicture } from '../api/archive.js';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';
import { clock } from '../state/format.js';
import { canSearch, splitNegatives } from '../state/query.js';

/** Words, pictures, moments and what is not wanted. Nothing is searched before Enter, a dropped picture or a removed part. */
export function SearchBox({ query, onChange, big }) {
  const [text, setText] = useState(query.text);
  const [excluding, setExcluding] = useState(false);
  const [uploading, setUploading] = useState(false);
  const input = useRef(null);
  const file = useRef(null);
  useEffect(() => setText(query.text), [query.text]);

  const submit = (event) => {
    event?.preventDefault();
    const { text: words, not } = splitNegatives(text);
    const next = { ...query, text: words, not: [...new Set([...query.not, ...not])] };
    setText(words);
    if (!canSearch(next)) {
      if (next.not.length > 0) toast('Say also what to look for: negatives alone find nothing.');
      onChange(next);
      input.current?.focus();
      return;
    }
    onChange(next);
  };

  const addPicture = async (picture) => {
    if (!picture) return;
    setUploading(true);
    try {
      const { id } = await uploadPicture(picture);
      const { text: words, not } = splitNegatives(input.current?.value ?? query.text);
      onChange({ ...query, text: words, not: [...new Set([...query.not, ...not])], parts: [...query.parts, { kind: 'picture', id, negative: false }] });
    } catch (error) {
      toast(error.message);
    } finally {
      setUploading(false);
    }
  };

  const dropping = usePictures(addPicture);
  const change = (index, part) => onChange({ ...query, text: splitNegatives(text).text, parts: query.parts.flatMap((old, i) => (i === index ? part ?? [] : old)) });

  return (
    <form class={`search-box ${big ? 'big' : ''}`} role="search" onSubmit={submit}>
      <div class="search-field" onClick={(event) => { if (event.target === event.currentTarget) input.current.focus(); }}>
        <span class="search-glass"><Icon name="search" /></span>
        {query.parts.map((part, index) => (
          <PartChip key={partKey(part)} part={part} onFlip={() => change(index, { ...part, negative: !part.negative })} onRemove={() => change(index, null)} />
        ))}
        <input
          ref={input} id="search-words" type="search" value={text} maxLength={500} autocomplete="off" spellcheck={false} enterkeyhint="search"
          aria-label="What to search for" placeholder={query.parts.length > 0 ? 'and in words…' : big ? 'Describe a shot, or drop a picture' : 'Describe a shot'}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {query.not.map((words) => (
          <span class="chip negative" key={words}>
            <span>not {words}</span>
            <button type="button" aria-label={`Remove “not ${words}”`} onClick={() => onChange({ ...query, not: query.not.filter((one) => one !== words) })}><Icon name="close" /></button>
          </span>
        ))}
        {excluding && (
          <input
            class="exclude-input" aria-label="What it must not show" placeholder="not…" ref={(box) => box?.focus()}
            onBlur={() => setExcluding(false)}
            onKeyDown={(event) => {
              const words = event.currentTarget.value.trim();
              if (event.key === 'Escape') { event.stopPropagation(); setExcluding(false); input.current.focus(); }
              if (event.key !== 'Enter') return;
              event.preventDefault();
              setExcluding(false);
              if (words) onChange({ ...query, text: splitNegatives(text).text, not: [...new Set([...query.not, words])] });
            }}
          />
        )}
      </div>
      <div class="search-tools">
        <button type="button" class="button bare icon" title="Leave something out (or write -snow)" aria-label="Leave something out" onClick={() => setExcluding(true)}><Icon name="minus" /></button>
        <button type="button" class="button bare icon" title="Search by a picture: choose, drop or paste one" aria-label="Search by a picture" aria-busy={uploading} onClick={() => file.current.click()}><Icon name="picture" /></button>
        <input ref={file} class="unseen" type="file" accept="image/*" tabIndex={-1} aria-hidden="true" onChange={(event) => { addPicture(event.currentTarget.files[0]); event.currentTarget.value = ''; }} />
        <button type="submit" class="button primary search-go" aria-label="Search"><Icon name="search" /><span>Search</span></button>
      </div>
      {dropping && <div class="drop-veil" aria-hidden="true"><div><Icon name="picture" /><strong>Drop to search by this picture</strong></div></div>}
    </form>
  );
}

function PartChip({ part, onFlip, onRemove }) {
  const name = part.kind === 'picture' ? 'picture' : part.crop ? `region at ${clock(part.seconds)}` : `like ${clock(part.seconds)}`;
  return (
    <span class={`chip part ${part.negative ? 'negative' : ''}`}>
      <span class="chip-picture"><PartPicture part={part} /></span>
      <button type="button" class="chip-name" title={part.negative ? 'Wanted again' : 'Leave out what looks like this'} aria-pressed={part.negative} onClick={onFlip}>{part.negative ? 'not ' : ''}{name}</button>
      <button type="button" aria-label={`Remove ${name}`} onClick={onRemove}><Icon name="close" /></button>
    </span>
  );
}

function PartPicture({ part }) {
  if (part.kind === 'picture') return <img src={pictureUrl(part.id)} alt="" />;
  const { crop } = part;
  // The region fills the chip: the frame is enlarged by what the region leaves out.
  const style = crop && { width: `${100 / crop.width}%`, height: `${100 / crop.height}%`, left: `${(-100 * crop.x) / crop.width}%`, top: `${(-100 * crop.y) / crop.height}%` };
  return <img class={crop ? 'cropped' : ''} style={style ?? undefined} src={frameUrl(part.video, part.seconds, 320)} alt="" />;
}

const partKey = (part) => JSON.stringify({ ...part, negative: undefined });

/** Pictures dropped or pasted anywhere on the page. */
function usePictures(onPicture) {
  const [dropping, setDropping] = useState(false);
  const handler = useRef(onPicture);
  handler.current = onPicture;
  useEffect(() => {
    let depth = 0;
    const holdsFile = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
    const picture = (list) => [...(list ?? [])].find((item) => item.type.startsWith('image/'));
    const listeners = {
      dragenter: (event) => { if (holdsFile(event)) { depth++; setDropping(true); } },
      dragleave: (event) => { if (holdsFile(event) && --depth <= 0) { depth = 0; setDropping(false); } },
      dragover: (event) => { if (holdsFile(event)) event.preventDefault(); },
      drop: (event) => {
        depth = 0;
        setDropping(false);
        if (!holdsFile(event)) return;
        event.preventDefault();
        const found = picture(event.dataTransfer.files);
        if (found) handler.current(found);
        else toast('That is no picture. Videos are taken in on the Ingestion page.');
      },
      paste: (event) => {
        const found = picture([...(event.clipboardData?.items ?? [])].filter((item) => item.kind === 'file'));
        if (!found) return;
        event.preventDefault();
        handler.current(found.getAsFile());
      },
    };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => { for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener); };
  }, []);
  return dropping;
}
