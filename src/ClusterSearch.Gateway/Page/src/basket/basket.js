import { toast } from '../shell/toasts.jsx';
import { store } from '../state/stored.js';

export const basket = store([], 'clustersearch.basket');

export const isChosen = (chosen, moment) => chosen.some((one) => one.key === moment.key);

/** Into the basket with the words that found it, or out of it. */
export function toggleChosen(moment, query) {
  const out = isChosen(basket.get(), moment);
  if (out) {
    const before = basket.get();
    basket.set(before.filter((one) => one.key !== moment.key));
    toast('Taken out of the basket.', { label: 'Undo', run: () => basket.set(before) });
    return;
  }
  const { key, video, videoId, path, start, end, keyFrame, score, relevance, labels, recordedAt } = moment;
  basket.set((all) => [...all, { key, video, videoId, path, start, end, keyFrame, score, relevance, labels, recordedAt, query }]);
}
