// Values on their way between Python and the isolate. JSON carries the plain ones; what JSON has no
// word for is written {"$t": kind, "v": content}. Keys that begin with $ in somebody's own context get
// one $ more on the way, so nothing typed in can pass for a date.
import { kind } from './kinds.js';
import * as temporal from './temporal.js';

export const TAG = '$t';

export class FeelProblem extends Error {
  constructor(message, code = 'evaluation') {
    super(message);
    this.code = code;
  }
}

const readers = {
  date: temporal.parseDate,
  'date and time': temporal.parseDateTime,
  time: temporal.parseTime,
  'days and time duration': (milliseconds) => temporal.millisDuration(milliseconds),
  'years and months duration': (months) => temporal.monthsDuration(months),
};

function decodeEntries(object) {
  const result = {};
  for (const key in object) {
    if (key.startsWith('__')) throw new FeelProblem('A name may not begin with two underscores', 'reserved_name');
    result[key.startsWith('$$') ? key.slice(1) : key] = decode(object[key]);
  }
  return result;
}

export function decode(value) {
  if (typeof value === 'number') {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new FeelProblem('A number is too large to be exact', 'number');
    return value;
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  return TAG in value ? readers[value[TAG]](value.v) : decodeEntries(value);
}

/** Plain JSON for a form: no tags, and no names of ours. */
export function scrub(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(scrub);
  const result = {};
  for (const key in value) if (!key.startsWith('__')) result[key] = scrub(value[key]);
  return result;
}

const iso = { suppressMilliseconds: true };
const writers = {
  date: (value) => value.toISODate(),
  'date and time': (value) => value.toISO(iso),
  time: (value) => value.toISOTime({ ...iso, includeOffset: false }),
  'days and time duration': (value) => value.toMillis(),
  'years and months duration': (value) => temporal.monthsOf(value),
};

/** The value as a form holds it: ISO 8601 text for dates, times and durations, null for what is no value. */
export function plain(value) {
  const type = kind(value);
  if (type === 'list') return value.map(plain);
  if (type === 'context') return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
  if (type.endsWith('duration')) return temporal.durationText(value);
  if (writers[type]) return writers[type](value);
  return ['boolean', 'string', 'number'].includes(type) ? value : null;
}

function encodeContext(object) {
  const result = {};
  for (const [key, value] of Object.entries(object)) result[key.startsWith('$') ? `$${key}` : key] = encode(value);
  return result;
}

export function encode(value) {
  const type = kind(value);
  if (type === 'null') return null;
  if (type === 'boolean' || type === 'string') return value;
  if (type === 'number') {
    if (!Number.isFinite(value)) throw new FeelProblem('The result is not a number', 'number');
    return value;
  }
  if (type === 'list') return value.map(encode);
  if (type === 'context') return encodeContext(value);
  if (writers[type]) return { [TAG]: type, v: writers[type](value) };
  throw new FeelProblem(`The result is a ${type}, which is not a value`, 'result');
}
