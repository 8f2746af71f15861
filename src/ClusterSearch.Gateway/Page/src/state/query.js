// A query as the address holds it: ?q=words&not=words&like=[-]VIDEO@SECONDS[:x,y,width,height]&picture=[-]ID&camera=…

const filterNames = ['video', 'camera', 'zone'];
const singleNames = ['after', 'before', 'from', 'to'];

export const emptyQuery = Object.freeze({
  text: '', not: [], parts: [], video: [], camera: [], zone: [], after: null, before: null, from: null, to: null, fold: true,
});

export function readQuery(params) {
  const query = { ...emptyQuery, text: params.get('q') ?? '', not: params.getAll('not').filter(Boolean), fold: params.get('fold') !== 'no' };
  query.parts = [...params].flatMap(([name, value]) => readPart(name, value) ?? []);
  for (const name of filterNames) query[name] = params.getAll(name).filter(Boolean);
  for (const name of singleNames) query[name] = params.get(name) || null;
  return query;
}

/** The parameters of a query, in one order, so that equal queries have equal addresses. */
export function writeQuery(query) {
  const params = new URLSearchParams();
  if (query.text.trim()) params.set('q', query.text.trim());
  for (const text of query.not) params.append('not', text);
  for (const part of query.parts) params.append(...writePart(part));
  for (const name of filterNames) for (const value of query[name]) params.append(name, value);
  for (const name of singleNames) if (query[name]) params.set(name, query[name]);
  if (!query.fold) params.set('fold', 'no');
  return params;
}

export const isEmptyQuery = (query) => !query.text.trim() && query.parts.length === 0 && query.not.length === 0;

/** A search needs something to look for; negatives and filters alone are not enough. */
export const canSearch = (query) => Boolean(query.text.trim()) || query.parts.some((part) => !part.negative);

export const filterCount = (query) =>
  filterNames.reduce((sum, name) => sum + query[name].length, 0) + ['after', 'before', 'from', 'to'].filter((name) => query[name]).length;

/** Words after a minus become negatives: `car -snow -"night sky"`. A hyphen inside a word is none. */
export function splitNegatives(text) {
  const not = [];
  const rest = text.replace(/(^|\s)-(?:"([^"]+)"|([^\s"-][^\s"]*))(?=\s|$)/g, (_, before, quoted, word) => {
    not.push((quoted ?? word).trim());
    return before;
  });
  return { text: rest.replace(/\s+/g, ' ').trim(), not };
}

/** One line that names the whole query, for titles and exports. */
export function describeQuery(query) {
  const words = [];
  if (query.text.trim()) words.push(query.text.trim());
  for (const part of query.parts) words.push(`${part.negative ? 'not ' : ''}${describePart(part)}`);
  for (const text of query.not) words.push(`not ${text}`);
  return words.join(', ');
}

const describePart = (part) =>
  part.kind === 'picture' ? 'a picture' : part.crop ? 'a region of a moment' : 'like a moment';

function readPart(name, value) {
  if (name !== 'like' && name !== 'picture') return null;
  const negative = value.startsWith('-');
  const body = negative ? value.slice(1) : value;
  if (name === 'picture') return /^[\w-]+$/.test(body) ? { kind: 'picture', id: body, negative } : null;
  const match = /^([\w-]+)@(\d+(?:\.\d+)?)(?::([\d.,]+))?$/.exec(body);
  if (!match) return null;
  const crop = match[3] ? readCrop(match[3]) : null;
  return match[3] && !crop ? null : { kind: 'moment', video: match[1], seconds: Number(match[2]), crop, negative };
}

function readCrop(text) {
  const [x, y, width, height, ...more] = text.split(',').map(Number);
  const valid = more.length === 0 && [x, y, width, height].every(Number.isFinite) && width > 0 && height > 0 && x + width <= 1.0005 && y + height <= 1.0005;
  return valid ? { x, y, width, height } : null;
}

function writePart(part) {
  const sign = part.negative ? '-' : '';
  if (part.kind === 'picture') return ['picture', sign + part.id];
  const crop = part.crop ? ':' + [part.crop.x, part.crop.y, part.crop.width, part.crop.height].map((share) => round(share, 4)).join(',') : '';
  return ['like', `${sign}${part.video}@${round(part.seconds, 3)}${crop}`];
}

const round = (value, digits) => Number(value.toFixed(digits));
