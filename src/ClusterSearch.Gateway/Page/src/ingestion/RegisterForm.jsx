import { useState } from 'preact/hooks';
import { register } from '../api/archive.js';
import { Icon } from '../shell/Icon.jsx';
import { toast } from '../shell/toasts.jsx';

/** Footage that lies on the server, below the directories that its operator allows. */
export function RegisterForm({ roots, onStarted }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim() || null]));
    setBusy(true);
    setFault(null);
    try {
      await register({ ...values, recordedAt: values.recordedAt ? new Date(values.recordedAt).toISOString() : null });
      toast('Registered: it is being taken in.');
      form.reset();
      onStarted();
    } catch (error) { setFault(error.message); } finally { setBusy(false); }
  };
  if (roots && roots.length === 0) {
    return (
      <section class="card panel stack" aria-label="From the server">
        <h2>From the server</h2>
        <p class="notice"><Icon name="folder" /><span>No directories are open to this page. Start the gateway with <code>--root DIR</code> to register footage below it.</span></p>
      </section>
    );
  }
  return (
    <form class="card panel stack" onSubmit={submit} aria-label="From the server">
      <h2>From the server</h2>
      <label class="field">Below<select class="input" name="root" required>{(roots ?? []).map((root) => <option key={root.name} value={root.name}>{root.label}</option>)}</select></label>
      <label class="field">File or folder<input class="input" name="path" placeholder="All of it, or 2026/may" autocomplete="off" spellcheck={false} aria-invalid={fault !== null} /></label>
      <div class="two">
        <label class="field">Camera<input class="input" name="camera" placeholder="Optional" /></label>
        <label class="field">Zone<input class="input" name="zone" placeholder="Optional" /></label>
      </div>
      <label class="field">Recorded at <span class="quiet">(where the files do not say)</span><input class="input" name="recordedAt" type="datetime-local" step="1" /></label>
      {fault && <p class="notice bad" role="alert"><Icon name="warning" />{fault}</p>}
      <div><button class="button primary" disabled={busy || !roots}><Icon name="ingest" />Take in</button></div>
    </form>
  );
}
