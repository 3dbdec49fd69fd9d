// The functions an expression may call: those of FEEL as feelin has them, some of them replaced
// (decimal instead of binary arithmetic, typed dates in one zone), and ours.
import { evaluate } from '@bpmn-io/feelin';
import * as decimal from './decimal.js';
import * as temporal from './temporal.js';
import * as workdays from './workdays.js';
import { define, isNumber, isText, isWhole, numbers, variadic } from './define.js';
import { kind } from './kinds.js';
import { lists } from './lists.js';
import { RELATIONS, ranges } from './ranges.js';
import { texts } from './texts.js';

const FROM_FEELIN = [
  'not', 'string length', 'upper case', 'lower case', 'substring before', 'substring after', 'replace', 'contains', 'matches',
  'starts with', 'ends with', 'split', 'string join', 'count', 'all', 'any', 'append', 'reverse', 'flatten', 'is',
  'context', 'context merge', 'context put',
];

function rounding(mode, defaultScale) {
  return define(['n', 'scale'], (n, scale = defaultScale) =>
    isNumber(n) && isWhole(scale) ? decimal.round(n, scale, mode) : undefined);
}

const arithmetic = {
  decimal: rounding('halfEven'),
  floor: rounding('floor', 0),
  ceiling: rounding('ceiling', 0),
  'round up': rounding('up'),
  'round down': rounding('down'),
  'round half up': rounding('halfUp'),
  'round half down': rounding('halfDown'),
  abs: define(['n'], (n) => (isNumber(n) ? Math.abs(n) : kind(n).endsWith('duration') ? (temporal.magnitude(n) < 0 ? n.negate() : n) : undefined)),
  modulo: define(['dividend', 'divisor'], (a, b) => (numbers([a, b]) ? decimal.modulo(a, b) : undefined)),
  sum: variadic((list) => (list.length === 0 ? null : numbers(list) ? decimal.sum(list) : undefined)),
  mean: variadic((list) => (list.length === 0 ? null : numbers(list) ? decimal.divide(decimal.sum(list), list.length) : undefined)),
  product: variadic((list) => (list.length === 0 ? null : numbers(list) ? decimal.product(list) : undefined)),
  sqrt: define(['number'], (n) => (isNumber(n) && n >= 0 ? decimal.root(n) : undefined)),
  log: define(['number'], (n) => (isNumber(n) && n > 0 ? Math.log(n) : undefined)),
  exp: define(['number'], (n) => (isNumber(n) ? decimal.usable(Math.exp(n)) : undefined)),
  odd: define(['number'], (n) => (isNumber(n) ? Math.abs(n) % 2 === 1 : undefined)),
  even: define(['number'], (n) => (isNumber(n) ? n % 2 === 0 : undefined)),
};

function date(year, month, day, from) {
  if (isNumber(year)) return [year, month, day].every(isWhole) ? temporal.dateOf(year, month, day) : undefined;
  const value = from ?? year;
  if (kind(value) === 'string') return temporal.parseDate(value);
  return ['date', 'date and time'].includes(kind(value)) ? temporal.toDate(value) : undefined;
}

function dateAndTime(day, clock, from) {
  const value = from ?? day;
  if (kind(value) === 'string') return temporal.parseDateTime(value);
  const whole = kind(value) === 'date' || kind(value) === 'date and time';
  if (whole && kind(clock) === 'time') return temporal.atTime(value, clock);
  if (clock !== undefined || !whole) return undefined;
  return kind(value) === 'date' ? temporal.startOfDay(value) : value;
}

function time(hour, minute, second, offset, from) {
  if (isNumber(hour)) {
    const isUsable = [hour, minute].every(isWhole) && isNumber(second) && offset === undefined;
    return isUsable ? temporal.timeOf(hour, minute, second) : undefined;
  }
  const value = from ?? hour;
  if (kind(value) === 'string') return temporal.parseTime(value);
  return ['date', 'date and time', 'time'].includes(kind(value)) ? temporal.toTime(value) : undefined;
}

const isDay = (value) => ['date', 'date and time'].includes(kind(value));
const ofDay = (read) => define(['date'], (value) => (isDay(value) ? read(value) : undefined));

const dates = {
  now: define([], temporal.now),
  today: define([], temporal.today),
  date: define(['year', 'month', 'day', 'from'], date),
  'date and time': define(['date', 'time', 'from'], dateAndTime),
  time: define(['hour', 'minute', 'second', 'offset', 'from'], time),
  duration: define(['from'], (text) => (isText(text) ? temporal.parseDuration(text) : undefined)),
  'years and months duration': define(['from', 'to'], (from, to) =>
    [from, to].every(isDay) ? temporal.monthsBetween(from, to) : undefined),
  '@': define(['text'], (text) => (isText(text) ? temporal.parseLiteral(text) : undefined)),
  'day of year': ofDay((day) => day.ordinal),
  'day of week': ofDay((day) => day.weekdayLong),
  'month of year': ofDay((day) => day.monthLong),
  'week of year': ofDay((day) => day.weekNumber),
};

const company = {
  workdays_after: define(['start', 'count'], workdays.workdaysAfter),
  workdays_between: define(['from', 'to'], workdays.workdaysBetween),
  is_workday: define(['day'], workdays.isWorkday),
};

const asNumber = (value) => (isText(value) && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value);

/** Money and ratios. Where `gaps` are allowed (forms being filled in), an empty amount counts as none. */
function ledger(gaps) {
  return {
    money: define(['amount'], (amount) => (isNumber(asNumber(amount)) ? decimal.round(asNumber(amount), 2, 'halfUp') : undefined)),
    total: variadic((list) => {
      const amounts = gaps ? list.filter((amount) => kind(amount) !== 'null') : list;
      return numbers(amounts) ? decimal.sum(amounts) : undefined;
    }),
    times: variadic((list) => (list.length && numbers(list) ? decimal.product(list) : undefined)),
    ratio: define(['part', 'whole'], (part, whole) => (numbers([part, whole]) ? decimal.divide(part, whole) : undefined)),
    deviation: define(['actual', 'target'], (actual, target) => {
      if (target === 0 || kind(target) === 'null') return null;
      return numbers([actual, target]) ? decimal.divide(decimal.minus(actual, target), target) : undefined;
    }),
  };
}

const NOTHING = '—';

/** Amounts and shares as a reader sees them; a dash where there is none. */
const display = {
  yuan: define(['amount'], (amount) => shown(amount, (number) => `¥${grouped(decimal.round(number, 2, 'halfUp').toFixed(2))}`)),
  percent: define(['share'], (share) => shown(share, (number) => `${decimal.round(decimal.times(number, 100), 2, 'halfUp')}%`)),
};

const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function shown(value, write) {
  if (kind(value) === 'null') return NOTHING;
  if (!isNumber(value)) return undefined;
  return (value < 0 ? '-' : '') + write(Math.abs(value));
}

const NULL_IS_A_RESULT = new Set([
  'sum', 'mean', 'product', 'min', 'max', 'median', 'stddev', 'modulo', 'ratio', 'deviation', 'get value',
]);

function checked(name, { names, body }, fail) {
  const call = (...args) => {
    const result = body(...args);
    const bad = result === undefined || (result === null && !NULL_IS_A_RESULT.has(name));
    return bad ? fail(`${name}() cannot use ${args.map(kind).join(', ') || 'no arguments'}`) : result;
  };
  return Object.assign(call, { $args: names });
}

function borrowed(name, fail) {
  const original = evaluate(name).value;
  const call = (...args) => {
    const given = args.map(kind);
    const result = original(...args);
    return result === null ? fail(`${name}() cannot use ${given.join(', ')}`) : result;
  };
  return Object.assign(call, { $args: original.$args });
}

const OWN = { ...arithmetic, ...texts, ...lists, ...ranges, ...dates, ...company, ...display };

/** The name under which rewritten text calls a function. */
export const slug = (name) => `fn_${name.replaceAll(' ', '_').replace('@', 'at')}`;

/** Every function by its slug. `gaps`: see ledger. */
export function functions(fail, { gaps }) {
  const own = { ...OWN, ...ledger(gaps) };
  const library = {};
  for (const name of FROM_FEELIN) library[slug(name)] = borrowed(name, fail);
  for (const [name, definition] of Object.entries(own)) library[slug(name)] = checked(name, definition, fail);
  return library;
}

/** Functions that answer yes or no: alone in a filter they would be taken for a position. */
export const QUESTIONS = new Set([
  'not', 'list contains', 'contains', 'matches', 'starts with', 'ends with', 'all', 'any', 'odd', 'even', 'is', 'is_workday',
  ...RELATIONS,
]);

/** The names of all functions, as written in an expression. */
export const FUNCTION_NAMES = new Set([...FROM_FEELIN, ...Object.keys({ ...OWN, ...ledger(false) })]);
FUNCTION_NAMES.delete('@');
