// Texts from values and values from texts. feelin takes an empty text for 0, a position 0 for the last character,
// and writes a day backwards as P-1D.
import Big from 'big.js';
import { define, indexOf, isText, isWhole } from './define.js';
import { kind } from './kinds.js';
import * as temporal from './temporal.js';

const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/;
const SEPARATORS = [undefined, null, ' ', ',', '.'];

/** A number as people write it: never with an exponent. */
export const numeral = (value) => (Number.isFinite(value) ? Big(value).toFixed() : undefined);

const quoted = (text) => `"${text.replace(/(["\\])/g, '\\$1')}"`;
const keyed = (key) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? key : quoted(key));

const writers = {
  null: () => 'null',
  string: quoted,
  boolean: String,
  number: numeral,
  date: (value) => value.toISODate(),
  'date and time': (value) => value.toISO({ suppressMilliseconds: true }),
  time: (value) => value.toISOTime({ suppressMilliseconds: true }),
  'days and time duration': temporal.durationText,
  'years and months duration': temporal.durationText,
  list: (value) => collected(value, (each) => written(each), '[', ']'),
  context: (value) => collected(Object.entries(value), ([key, each]) => after(`${keyed(key)}: `, written(each)), '{', '}'),
  range: (value) => {
    const [start, end] = [value.start, value.end].map((each) => (each === null ? '' : written(each)));
    return `${value['start included'] ? '[' : '('}${start}..${end}${value['end included'] ? ']' : ')'}`;
  },
};

const after = (text, rest) => (rest === undefined ? undefined : text + rest);

function collected(entries, write, open, close) {
  const texts = entries.map(write);
  return texts.includes(undefined) ? undefined : `${open}${texts.join(', ')}${close}`;
}

/** A value as FEEL would write it; undefined for what has no text. */
function written(value) {
  return writers[kind(value)]?.(value);
}

function areSeparators(grouping, decimal) {
  const areKnown = SEPARATORS.includes(grouping) && decimal !== ' ' && SEPARATORS.includes(decimal);
  return areKnown && (!grouping || grouping !== (decimal ?? '.'));
}

function toNumber(from, grouping, decimal) {
  if (!isText(from) || !areSeparators(grouping, decimal)) return undefined;
  let text = from.trim();
  if (grouping) text = text.replaceAll(grouping, '');
  if (decimal === ',') text = text.includes('.') ? '' : text.replace(',', '.');
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function substring(text, start, length) {
  if (!isText(text)) return undefined;
  const characters = Array.from(text);
  const first = start > characters.length && isWhole(start) ? characters.length : indexOf(start, characters.length);
  if (first === undefined || !(length === undefined || (isWhole(length) && length >= 0))) return undefined;
  return characters.slice(first, length === undefined ? undefined : first + length).join('');
}

export const texts = {
  number: define(['from', 'grouping separator', 'decimal separator'], toNumber),
  string: define(['from'], (value) => (kind(value) === 'null' ? undefined : isText(value) ? value : written(value))),
  substring: define(['string', 'start position', 'length'], substring),
};
