import { useRef, useState } from 'preact/hooks';
import { uploadVideo } from '../api/archive.js';
import { Icon } from '../shell/Icon.jsx';
import { bytes } from '../state/format.js';

/** Files from this computer, one after the other. */
export function UploadBox({ onStarted }) {
  const [uploads, setUploads] = useState([]);
  const [over, setOver] = useState(false);
  const queue = useRef(Promise.resolve());
  const add = (files) => {
    for (const file of files) {
      const id = `${file.name} ${Date.now()} ${Math.random()}`;
      const change = (changes) => setUploads((all) => all.map((one) => (one.id === id ? { ...one, ...changes } : one)));
      setUploads((all) => [...all, { id, name: file.name, size: file.size, share: 0, state: 'waiting' }]);
      queue.current = queue.current.then(async () => {
        change({ state: 'sending' });
        try {
          await uploadVideo(file, (share) => change({ share }));
          change({ state: 'done', share: 1 });
          onStarted();
        } catch (error) { change({ state: 'failed', fault: error.message }); }
      });
    }
  };
  return (
    <section class="card panel stack" aria-label="From this computer">
      <h2>From this computer</h2>
      <label class={`upload ${over ? 'is-over' : ''}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); event.stopPropagation(); setOver(false); add(event.dataTransfer.files); }}>
        <Icon name="upload" /><strong>Drop videos here, or choose them</strong>
        <span class="small quiet">They are checked by their content and kept beside the archive.</span>
        <input class="unseen" type="file" multiple accept="video/*,.mkv,.ts,.mxf,.mts" onChange={(event) => { add(event.currentTarget.files); event.currentTarget.value = ''; }} />
      </label>
      {uploads.length > 0 && (
        <ul class="uploads" aria-live="polite">
          {uploads.map((one) => (
            <li key={one.id}>
              <span class="row"><span class="moment-name">{one.name}</span><span class="quiet push">{one.state === 'sending' ? `${Math.floor(one.share * 100)} % of ${bytes(one.size)}` : { waiting: 'Waiting', done: 'Sent, being taken in', failed: 'Refused' }[one.state]}</span></span>
              {one.state === 'failed' ? <span class="field-fault" role="alert">{one.fault}</span>
                : <span class={`meter ${one.state === 'done' ? 'good' : ''}`}><span style={{ width: `${one.share * 100}%` }} /></span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
