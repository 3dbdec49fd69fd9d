// The operators an expression is rewritten to (rewrite.js). `fail` decides what a misuse means: in
// processes and decisions it throws, in forms it yields null, as form authors expect.
import * as decimal from './decimal.js';
import * as temporal from './temporal.js';
import { kind, isDuration } from './kinds.js';

const instants = ['date', 'date and time', 'time'];
const durations = ['days and time duration', 'years and months duration'];
const ordered = ['number', 'string', ...instants, ...durations];

const isTemporal = (type) => instants.includes(type) || durations.includes(type);
const isText = (type) => type === 'string';

const EDGES = ['start', 'end', 'start included', 'end included'];

/** true, false, or undefined where the two cannot be compared. Null equals null alone. */
export function same(a, b) {
  const type = kind(a);
  const other = kind(b);
  if (type === 'null' || other === 'null') return type === other;
  if (type !== other) return undefined;
  if (type === 'list') return a.length === b.length && sameAll(a.map((element, index) => [element, b[index]]));
  if (type === 'context') return sameContext(a, b);
  if (type === 'range') return sameAll(EDGES.map((key) => [a[key], b[key]]));
  if (isTemporal(type)) return temporal.magnitude(a) === temporal.magnitude(b);
  return a === b;
}

function sameAll(pairs) {
  let result = true;
  for (const [left, right] of pairs) {
    const equal = same(left, right);
    if (equal === false) return false;
    if (equal === undefined) result = undefined;
  }
  return result;
}

function sameContext(a, b) {
  const keys = Object.keys(a);
  if (Object.keys(b).length !== keys.length || !keys.every((key) => Object.hasOwn(b, key))) return false;
  return sameAll(keys.map((key) => [a[key], b[key]]));
}

const sort = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** -1, 0, 1, or undefined where the two have no order. */
export function order(a, b) {
  const type = kind(a);
  if (type !== kind(b) || !ordered.includes(type)) return undefined;
  return isTemporal(type)
    ? sort(temporal.magnitude(a), temporal.magnitude(b))
    : sort(a, b);
}

function addTemporal(a, b, types) {
  if (durations.includes(types[0]) && instants.includes(types[1])) return temporal.shift(b, a, 1);
  if (instants.includes(types[0]) && durations.includes(types[1])) return temporal.shift(a, b, 1);
  return types[0] === types[1] && isDuration(a) ? durationOf(types[0], temporal.magnitude(a) + temporal.magnitude(b)) : undefined;
}

function subtractTemporal(a, b, types) {
  if (instants.includes(types[0]) && durations.includes(types[1])) return temporal.shift(a, b, -1);
  if (types[0] !== types[1]) return undefined;
  if (instants.includes(types[0])) return temporal.millisDuration(a.toMillis() - b.toMillis());
  return isDuration(a) ? durationOf(types[0], temporal.magnitude(a) - temporal.magnitude(b)) : undefined;
}

function durationOf(type, size) {
  return type === 'years and months duration' ? temporal.monthsDuration(Math.trunc(size)) : temporal.millisDuration(size);
}

function scale(a, b, types, change) {
  const [duration, factor] = durations.includes(types[0]) ? [0, 1] : [1, 0];
  if (!durations.includes(types[duration]) || types[factor] !== 'number') return undefined;
  const size = change(temporal.magnitude([a, b][duration]), [a, b][factor]);
  return typeof size === 'number' ? durationOf(types[duration], size) : size;
}

const wanted = { add: 'add', sub: 'subtract', mul: 'multiply', div: 'divide', pow: 'raise' };

const calculations = {
  add: (a, b, types) => (types.every(isText) ? a + b : addTemporal(a, b, types)),
  sub: subtractTemporal,
  mul: (a, b, types) => scale(a, b, types, decimal.times),
  div: (a, b, types) => (types[1] === 'number' ? scale(a, b, types, decimal.divide) : durationRatio(a, b, types)),
  pow: () => undefined,
};

function durationRatio(a, b, types) {
  return types[0] === types[1] && isDuration(a) ? decimal.divide(temporal.magnitude(a), temporal.magnitude(b)) : undefined;
}

const numeric = { add: decimal.plus, sub: decimal.minus, mul: decimal.times, div: decimal.divide, pow: decimal.power };

function arithmetic(name, fail) {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') {
      const number = numeric[name](a, b);
      return number === undefined ? fail('A number is too large to be exact') : number;
    }
    const types = [kind(a), kind(b)];
    const result = types.includes('null') ? undefined : calculations[name](a, b, types);
    return result === undefined ? fail(`Cannot ${wanted[name]} ${types[0]} and ${types[1]}`) : result;
  };
}

function comparisons(fail) {
  const compare = (test) => (a, b) => {
    const result = order(a, b);
    return result === undefined ? fail(`Cannot compare ${kind(a)} with ${kind(b)}`) : test(result);
  };
  const eq = (a, b) => {
    const result = same(a, b);
    return result === undefined ? fail(`Cannot compare ${kind(a)} with ${kind(b)}`) : result;
  };
  return {
    eq,
    ne: (a, b) => eq(a, b) !== true,
    lt: compare((result) => result < 0),
    le: compare((result) => result <= 0),
    gt: compare((result) => result > 0),
    ge: compare((result) => result >= 0),
  };
}

function membership(fail, { eq, lt, le, gt, ge }) {
  const inRange = (value, range) => {
    const above = range.start === null || (range['start included'] ? ge : gt)(value, range.start);
    const below = range.end === null || (range['end included'] ? le : lt)(value, range.end);
    return above && below;
  };
  const one = (value, test) => (kind(test) === 'range' ? inRange(value, test) : eq(value, test));
  const matches = (value, test) =>
    kind(test) === 'list' && kind(value) !== 'list' ? test.some((each) => one(value, each) === true) : one(value, test);
  return {
    among: matches,
    within: (value, low, high) => ge(value, low) && le(value, high),
    // A cell of a decision table: a boolean that is not compared with a boolean input is the answer itself.
    cell: (value, test) => (kind(test) === 'boolean' && kind(value) !== 'boolean' ? test : matches(value, test)),
  };
}

const LIST = /^list\s*<(.+)>$/;

/** Whether a value is of a type, as `instance of` names it; null is of none. */
function isTyped(value, type) {
  const [, inner] = LIST.exec(type) ?? [];
  if (inner) return kind(value) === 'list' && value.every((each) => isTyped(each, inner));
  return kind(value) === type || (type === 'Any' && kind(value) !== 'null');
}

function checks(fail) {
  const only = (type, what) => (value) => (kind(value) === type ? value : fail(`${what}, not ${kind(value)}`));
  return {
    bool: only('boolean', 'Expected true or false'),
    index: only('number', 'A filter needs a comparison or a position'),
    whole: (value) => (Number.isInteger(value) ? value : fail('A range of a loop needs whole numbers')),
    list: (value) => (value === null || value === undefined ? fail('Cannot go through null') : kind(value) === 'list' || kind(value) === 'range' ? value : [value]),
    typed: isTyped,
  };
}

const RAW = '__raw';

/** What a filter sees of each element: `item`, and the entries of a context. */
function box(list) {
  if (list === null || list === undefined) return null;
  return [].concat(list).map((item) => ({ ...(kind(item) === 'context' ? item : {}), item, [RAW]: item }));
}

const unbox = (boxes) => boxes && boxes.map((each) => each[RAW]);

/** feelin reads the parameters of a function from its text unless told, and minified text tells it nothing. */
const named = (call) => Object.assign(call, { $args: ['a', 'b', 'c'].slice(0, call.length) });

/** Every operator by the name rewrite.js uses. */
export function operators(fail) {
  const compare = comparisons(fail);
  const calculate = Object.fromEntries(Object.keys(numeric).map((name) => [name, arithmetic(name, fail)]));
  const all = {
    ...compare,
    ...calculate,
    ...membership(fail, compare),
    ...checks(fail),
    box,
    unbox,
    hides: (value) => value === true || value === null || value === undefined,
    neg: (value) => (isDuration(value) ? durationOf(kind(value), -temporal.magnitude(value)) : calculate.sub(0, value)),
  };
  return Object.fromEntries(Object.entries(all).map(([name, call]) => [name, named(call)]));
}
