// Ranges as values: read from text, and compared with points and with each other. feelin compares their ends as
// JavaScript does: two equal dates differ, and a text and a number have no order but an answer.
import { evaluate } from '@bpmn-io/feelin';
import { define, isText } from './define.js';
import { kind } from './kinds.js';
import { order } from './operators.js';
import * as temporal from './temporal.js';

const WRITTEN = /^\s*([[\](])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])[])\s*$/s;
const NUMBER = /^-?(\d+(\.\d+)?|\.\d+)$/;
const TEXT = /^"((?:[^"\\]|\\.)*)"$/;
const CALL = /^(?:@|(date and time|date|time|duration)\(\s*)"([^"]*)"(\s*\))?$/;
const READERS = {
  date: temporal.parseDate, time: temporal.parseTime, duration: temporal.parseDuration, 'date and time': temporal.parseDateTime,
};
const prototype = Object.getPrototypeOf(evaluate('[1..2]').value);

/** The value of a literal, null for an end that is left open, undefined for anything else. */
function literal(text) {
  if (text === '') return null;
  if (NUMBER.test(text)) return Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? Number(text) : undefined;
  if (TEXT.test(text)) return JSON.parse(text);
  const [whole, name, inner, close] = CALL.exec(text) ?? [];
  if (!whole || (name === undefined) !== (close === undefined)) return undefined;
  return (name ? READERS[name](inner) : temporal.parseLiteral(inner)) ?? undefined;
}

function areEnds(start, end) {
  if (start === undefined || end === undefined) return false;
  return start === null || end === null ? start !== end : order(start, end) <= 0;
}

function read(text) {
  const [whole, open, from, to, close] = (isText(text) && WRITTEN.exec(text)) || [];
  if (!whole) return undefined;
  const [start, end] = [literal(from), literal(to)];
  if (!areEnds(start, end)) return undefined;
  const included = { 'start included': open === '[' && start !== null, 'end included': close === ']' && end !== null };
  return Object.assign(Object.create(prototype), { start, end, ...included });
}

const isRange = (value) => kind(value) === 'range';
const edges = (value) =>
  isRange(value) ? value : { start: value, end: value, 'start included': true, 'end included': true };

/** How two ends lie: -1, 0, 1; an open start is before, an open end after everything. Throws where they have no order. */
function compare(a, b, open) {
  if (a === null || b === null) return a === b ? 0 : a === null ? open : -open;
  const result = order(a, b);
  if (result === undefined) throw NO_ORDER;
  return result;
}
const NO_ORDER = new RangeError('no order');

const starts = (a, b) => compare(a.start, b.start, -1) || Number(b['start included']) - Number(a['start included']);
const ends = (a, b) => compare(a.end, b.end, 1) || Number(a['end included']) - Number(b['end included']);

/** Where the end of one lies to the start of another; an end that is open lies after every start. */
function gap(a, b) {
  if (a.end === null || b.start === null) return 1;
  const result = order(a.end, b.start);
  if (result === undefined) throw NO_ORDER;
  return result;
}

const isBefore = (a, b) => gap(a, b) < 0 || (gap(a, b) === 0 && !(a['end included'] && b['start included']));
const meets = (a, b) => gap(a, b) === 0 && a['end included'] && b['start included'];
const overlaps = (a, b) => !isBefore(a, b) && !isBefore(b, a);
const includes = (a, b) => starts(a, b) <= 0 && ends(a, b) >= 0;

const POINT_OR_RANGE = () => true;
const relations = {
  before: [['a', 'b'], isBefore, POINT_OR_RANGE, POINT_OR_RANGE],
  after: [['a', 'b'], (a, b) => isBefore(b, a), POINT_OR_RANGE, POINT_OR_RANGE],
  meets: [['range1', 'range2'], meets, isRange, isRange],
  'met by': [['range1', 'range2'], (a, b) => meets(b, a), isRange, isRange],
  overlaps: [['range1', 'range2'], overlaps, isRange, isRange],
  'overlaps before': [['range1', 'range2'], (a, b) => overlaps(a, b) && starts(a, b) < 0 && ends(a, b) <= 0, isRange, isRange],
  'overlaps after': [['range1', 'range2'], (a, b) => overlaps(a, b) && ends(a, b) > 0 && starts(a, b) >= 0, isRange, isRange],
  finishes: [['a', 'range'], (a, b) => ends(a, b) === 0 && starts(a, b) >= 0, POINT_OR_RANGE, isRange],
  'finished by': [['range', 'a'], (a, b) => ends(a, b) === 0 && starts(a, b) <= 0, isRange, POINT_OR_RANGE],
  includes: [['range', 'value'], includes, isRange, POINT_OR_RANGE],
  during: [['value', 'range'], (a, b) => includes(b, a), POINT_OR_RANGE, isRange],
  starts: [['a', 'range'], (a, b) => starts(a, b) === 0 && ends(a, b) <= 0, POINT_OR_RANGE, isRange],
  'started by': [['range', 'a'], (a, b) => starts(a, b) === 0 && ends(a, b) >= 0, isRange, POINT_OR_RANGE],
  coincides: [['a', 'b'], (a, b) => starts(a, b) === 0 && ends(a, b) === 0, POINT_OR_RANGE, POINT_OR_RANGE],
};

function relation([names, test, first, second]) {
  return define(names, (a, b) => {
    if ([a, b].some((value) => kind(value) === 'null') || !first(a) || !second(b)) return undefined;
    try {
      return test(edges(a), edges(b));
    } catch (error) {
      if (error === NO_ORDER) return undefined;
      throw error;
    }
  });
}

export const ranges = {
  range: define(['from'], read),
  ...Object.fromEntries(Object.entries(relations).map(([name, each]) => [name, relation(each)])),
};

/** Those that answer yes or no. */
export const RELATIONS = Object.keys(relations);
