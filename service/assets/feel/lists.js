// The functions of FEEL over lists and contexts. feelin's take positions as they come: 0 means the last
// element, -9 none, and what cannot be compared counts as different.
import { define, indexOf, isText, isWhole, listOf, numbers, variadic } from './define.js';
import * as decimal from './decimal.js';
import { kind } from './kinds.js';
import { order, same } from './operators.js';

const isSame = (a, b) => same(a, b) === true;
const distinct = (list) => list.filter((value, index) => list.findIndex((each) => isSame(each, value)) === index);

/** An answer of a function given in the expression; undefined for anything but yes or no. */
function judged(judge, ...values) {
  const answer = judge.invoke(values);
  return typeof answer === 'boolean' ? answer : undefined;
}

function replaced(list, position, newItem, match) {
  const elements = listOf(list);
  const wanted = position ?? match;
  if (!elements || newItem === undefined) return undefined;
  if (kind(wanted) === 'function') {
    const answers = elements.map((each) => judged(wanted, each, newItem));
    return answers.includes(undefined) ? undefined : elements.map((each, index) => (answers[index] ? newItem : each));
  }
  const index = indexOf(wanted, elements.length);
  return index === undefined ? undefined : elements.map((each, at) => (at === index ? newItem : each));
}

function cut(list, start, length) {
  const elements = listOf(list);
  const first = elements && indexOf(start, elements.length);
  if (first === undefined) return undefined;
  if (length === undefined) return elements.slice(first);
  return isWhole(length) && length >= 0 && first + length <= elements.length ? elements.slice(first, first + length) : undefined;
}

function inserted(list, position, newItem) {
  const elements = listOf(list);
  if (!elements || newItem === undefined) return undefined;
  const index = position === elements.length + 1 ? elements.length : indexOf(position, elements.length);
  return index === undefined ? undefined : [...elements.slice(0, index), newItem, ...elements.slice(index)];
}

function removed(list, position) {
  const elements = listOf(list);
  const index = elements && indexOf(position, elements.length);
  return index === undefined ? undefined : elements.filter((_, at) => at !== index);
}

function joined(lists) {
  const parts = lists.map(listOf);
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.flat();
}

function sorted(list, precedes) {
  const elements = listOf(list);
  if (!elements || kind(precedes) !== 'function') return undefined;
  let isJudged = true;
  const result = [...elements].sort((a, b) => {
    const [forwards, backwards] = [judged(precedes, a, b), judged(precedes, b, a)];
    isJudged &&= forwards !== undefined && backwards !== undefined;
    return forwards ? -1 : backwards ? 1 : 0;
  });
  return isJudged ? result : undefined;
}

function extreme(list, direction) {
  if (list.length === 0) return null;
  let best = list[0];
  for (const value of list) {
    const comparison = order(value, best);
    if (comparison === undefined) return undefined;
    if (comparison === direction) best = value;
  }
  return best;
}

function median(list) {
  if (list.length === 0) return null;
  if (!numbers(list)) return undefined;
  const ranked = [...list].sort((a, b) => a - b);
  const middle = ranked.length / 2;
  return isWhole(middle) ? decimal.divide(decimal.plus(ranked[middle - 1], ranked[middle]), 2) : ranked[Math.floor(middle)];
}

function deviation(list) {
  if (list.length < 2) return null;
  return numbers(list) ? decimal.deviation(list) : undefined;
}

function modes(list) {
  if (!numbers(list)) return undefined;
  const counts = new Map();
  for (const value of list) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].filter(([, count]) => count === most).map(([value]) => value).sort((a, b) => a - b);
}

const isContext = (value) => kind(value) === 'context';

export const lists = {
  'list contains': define(['list', 'element'], (list, element) => listOf(list)?.some((each) => isSame(each, element))),
  'index of': define(['list', 'match'], (list, match) =>
    Array.isArray(list) ? list.flatMap((each, index) => (isSame(each, match) ? [index + 1] : [])) : undefined),
  'distinct values': define(['list'], (list) => (Array.isArray(list) ? distinct(list) : undefined)),
  'list replace': define(['list', 'position', 'newItem', 'match'], replaced),
  sublist: define(['list', 'start', 'length'], cut),
  'insert before': define(['list', 'position', 'newItem'], inserted),
  remove: define(['list', 'position'], removed),
  concatenate: define(['...list'], (...all) => joined(all)),
  union: define(['...list'], (...all) => {
    const every = joined(all);
    return every && distinct(every);
  }),
  sort: define(['list', 'precedes'], sorted),
  min: variadic((list) => extreme(list, -1)),
  max: variadic((list) => extreme(list, 1)),
  median: variadic(median),
  stddev: variadic(deviation),
  mode: variadic(modes),
  'get value': define(['m', 'key'], (m, key) => {
    if (!isContext(m) || !isText(key)) return undefined;
    return Object.hasOwn(m, key) ? m[key] ?? null : null;
  }),
  'get entries': define(['m'], (m) => (isContext(m) ? Object.entries(m).map(([key, value]) => ({ key, value })) : undefined)),
};

