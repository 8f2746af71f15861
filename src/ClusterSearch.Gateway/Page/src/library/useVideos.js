import { useEffect } from 'preact/hooks';
import { videos as fetchVideos } from '../api/archive.js';
import { store } from '../state/stored.js';

// One list for filters, home and library: asked for once, and again when the archive changes.
const list = store({ videos: [], loaded: false, error: null, at: 0 });
let asking = null;
const freshMs = 15_000;

export function refreshVideos() {
  asking ??= fetchVideos().then(
    (videos) => list.set({ videos, loaded: true, error: null, at: Date.now() }),
    (error) => list.set((old) => ({ ...old, error, loaded: old.loaded, at: Date.now() })),
  ).finally(() => { asking = null; });
  return asking;
}

export function useVideos() {
  const state = list.use();
  useEffect(() => { if (Date.now() - list.get().at > freshMs) refreshVideos(); }, []);
  return state;
}
