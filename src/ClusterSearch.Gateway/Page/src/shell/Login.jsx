import { useState } from 'preact/hooks';
import { logIn } from '../api/client.js';
import { Icon } from './Icon.jsx';

/** Shown where the gateway wants a key. The key itself is not kept by the page: the gateway answers with a cookie. */
export function Login() {
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try { await logIn(new FormData(event.currentTarget).get('key').trim()); }
    catch (error) { setFault(error.status === 401 || error.status === 403 ? 'This key is not known here.' : error.message); }
    finally { setBusy(false); }
  };
  return (
    <main class="login" id="content">
      <form class="card panel stack" onSubmit={submit}>
        <div class="brand"><img src="/icon.svg" alt="" width="28" height="28" />ClusterSearch</div>
        <p class="quiet">This archive is protected. Log in once with the key that its operator gave you.</p>
        <label class="field">Key<input class="input" name="key" type="password" autocomplete="current-password" required autofocus aria-invalid={fault !== null} aria-describedby={fault ? 'key-fault' : undefined} /></label>
        {fault && <p class="field-fault" id="key-fault" role="alert">{fault}</p>}
        <button class="button primary" disabled={busy}><Icon name="key" />Log in</button>
      </form>
    </main>
  );
}
