import { count, plural } from '../state/format.js';

/** docs/api.md: an answer names no more of them. */
const damagedPartsAtMost = 100;

/** What an answer could not look at although it should have: a sentence each, with what mends it. */
export function leftOut({ unansweredShards = [], unansweredSamples = 0, damagedParts = [] }) {
  const said = [];
  if (unansweredShards.length > 0) {
    said.push({ what: 'unanswered', text: `${plural(unansweredShards.length, 'part')} of the archive did not answer in time: ${plural(unansweredSamples, 'sample')} not searched. Ask again.` });
  }
  if (damagedParts.length > 0) {
    const number = damagedParts.length < damagedPartsAtMost ? plural(damagedParts.length, 'part') : `At least ${count(damagedPartsAtMost)} parts`;
    said.push({ what: 'damaged', text: `${number} of the index ${damagedParts.length === 1 ? 'is' : 'are'} damaged and left out. “clustersearch verify --repair”, where the archive lies, makes ${damagedParts.length === 1 ? 'it' : 'them'} again.` });
  }
  return said;
}
