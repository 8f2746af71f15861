import { store } from '../state/stored.js';

/** Whether the gateway wants a log-in first. */
export const session = store({ needed: false });

/** What went wrong with a request: status 0 when the gateway did not answer; code is stable, message one line for a person. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const base = '/api/v1';

export const apiUrl = (path, query = {}) => {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined));
  return `${base}${path}${params.size > 0 ? `?${params}` : ''}`;
};

/** @returns the document of the answer; null where it has none. */
export async function request(method, path, { query, body, raw, signal, headers } = {}) {
  let response;
  try {
    response = await fetch(apiUrl(path, query), {
      method, signal, credentials: 'same-origin',
      headers: { Accept: 'application/json', ...(method === 'GET' ? {} : csrfHeader), ...(body !== undefined ? { 'Content-Type': 'application/json' } : {}), ...headers },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, null, 'No connection to the gateway. Check that “clustersearch serve” runs, and the network.');
  }
  if (!response.ok) throw await errorOf(response);
  return response.status === 204 ? null : (await response.json().catch(() => null));
}

// A header that no form and no other site can send without being asked first: with it a request is this page's own.
export const csrfHeader = { 'X-ClusterSearch': 'page' };

export async function errorOf(response) {
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) session.set({ needed: true });
  const message = problem.detail ?? problem.title ?? (response.status === 429 ? 'Too many requests at once: wait a moment.' : `The gateway answered ${response.status}.`);
  return new ApiError(response.status, problem.code ?? null, message);
}

/** Exchanges a key for a cookie that scripts cannot read. */
export async function logIn(key) {
  const response = await fetch(apiUrl('/session'), { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', ...csrfHeader }, body: JSON.stringify({ key }) });
  if (!response.ok) throw await errorOf(response);
  session.set({ needed: false });
}
