import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operators, order, same } from '../../service/assets/feel/operators.js';
import { parseDate, parseDateTime, parseDuration, parseTime } from '../../service/assets/feel/temporal.js';

const fail = (message) => {
  throw new Error(message);
};
const strict = operators(fail);
const day = parseDate('2026-03-02');
const noon = parseDateTime('2026-03-02T12:00:00');
const hour = parseDuration('PT1H');
const month = parseDuration('P1M');

describe('equality', () => {
  const equal = [[1, 1], ['a', 'a'], [null, undefined], [[1, [2]], [1, [2]]], [{ a: 1, b: null }, { b: null, a: 1 }], [day, parseDate('2026-03-02')], [parseDuration('PT60M'), hour], [parseDuration('P1Y'), parseDuration('P12M')]];
  for (const [a, b] of equal) test(`${JSON.stringify(a)} is ${JSON.stringify(b)}`, () => assert.equal(same(a, b), true));

  const different = [[1, 2], ['a', 'A'], [null, 0], [0, null], [[1], [1, 2]], [{ a: 1 }, { b: 1 }], [{ a: 1 }, { a: 1, b: 2 }], [day, parseDate('2026-03-03')], [[1, 'a'], [2, 3]]];
  for (const [a, b] of different) test(`${JSON.stringify(a)} is not ${JSON.stringify(b)}`, () => assert.equal(same(a, b), false));

  const strangers = [[1, '1'], [day, '2026-03-02'], [day, noon], [hour, month], [[1], { a: 1 }], [[1, 2], [1, '2']], [{ a: 1 }, { a: true }]];
  for (const [a, b] of strangers) test(`${JSON.stringify(a)} and ${JSON.stringify(b)} cannot be compared`, () => assert.equal(same(a, b), undefined));

  test('a misuse is told by the kinds, never by the values', () => {
    assert.throws(() => strict.eq('secret', 5), { message: 'Cannot compare string with number' });
    assert.throws(() => strict.lt(day, 'secret'), { message: 'Cannot compare date with string' });
    assert.throws(() => strict.lt(true, false), { message: 'Cannot compare boolean with boolean' });
  });
});

describe('order', () => {
  test('of numbers, texts, moments and durations', () => {
    assert.deepEqual([order(1, 2), order('b', 'a'), order(day, day), order(hour, parseDuration('P1D'))], [-1, 1, 0, -1]);
    assert.deepEqual([order(null, 1), order(true, false), order([1], [2]), order(hour, month)], [undefined, undefined, undefined, undefined]);
  });

  test('limits belong to “at most” and “at least” alone', () => {
    assert.deepEqual([strict.lt(1, 1), strict.le(1, 1), strict.gt(1, 1), strict.ge(1, 1)], [false, true, false, true]);
    assert.deepEqual([strict.within(1, 1, 3), strict.within(3, 1, 3), strict.within(4, 1, 3), strict.ne(1, 2)], [true, true, false, true]);
  });
});

describe('arithmetic between kinds', () => {
  test('a duration moves a moment, from either side', () => {
    assert.equal(same(strict.add(noon, hour), parseDateTime('2026-03-02T13:00:00')), true);
    assert.equal(same(strict.add(month, day), parseDate('2026-04-02')), true);
    assert.equal(same(strict.sub(noon, hour), parseDateTime('2026-03-02T11:00:00')), true);
  });

  test('two moments differ by a duration', () => {
    assert.equal(same(strict.sub(parseDate('2026-03-05'), day), parseDuration('P3D')), true);
    assert.equal(same(strict.sub(parseTime('10:00'), parseTime('09:00')), hour), true);
  });

  test('durations of one kind add up, scale and divide', () => {
    assert.equal(same(strict.add(hour, hour), parseDuration('PT2H')), true);
    assert.equal(same(strict.sub(month, month), parseDuration('P0M')), true);
    assert.equal(same(strict.mul(2, hour), parseDuration('PT2H')), true);
    assert.equal(same(strict.div(parseDuration('P1Y'), 4), parseDuration('P3M')), true);
    assert.equal(strict.div(parseDuration('P1D'), hour), 24);
    assert.equal(same(strict.neg(hour), parseDuration('-PT1H')), true);
  });

  test('texts are joined', () => assert.equal(strict.add('会', '签'), '会签'));
  test('a number is negated', () => assert.equal(strict.neg(0.1), -0.1));

  const refused = [['add', 1, '1', 'Cannot add number and string'], ['add', null, 1, 'Cannot add null and number'], ['sub', hour, month, 'Cannot subtract'], ['mul', hour, hour, 'Cannot multiply'], ['div', hour, month, 'Cannot divide'], ['add', day, day, 'Cannot add date and date'], ['pow', 'a', 2, 'Cannot raise string and number']];
  for (const [name, a, b, message] of refused) {
    test(message, () => assert.throws(() => strict[name](a, b), (error) => error.message.startsWith(message)));
  }
});

describe('cells', () => {
  class Range {} // feelin's own is one too: told from a context by its class
  const range = (ends) => Object.assign(new Range(), { start: 1, end: 5, 'start included': false, 'end included': true, ...ends });

  test('a value in a list, in a range, or equal', () => {
    assert.deepEqual([strict.among(2, [1, 2]), strict.among(3, [1, 2]), strict.among([1], [1]), strict.among(2, 2)], [true, false, true, true]);
    assert.deepEqual([1, 1.1, 5, 5.1].map((value) => strict.among(value, range())), [false, true, true, false]);
  });

  test('an open end has no limit', () => {
    assert.equal(strict.among(-1e9, range({ start: null })), true);
    assert.equal(strict.among(1e9, range({ end: null })), true);
  });

  test('a boolean is an answer unless the input is one', () => {
    assert.deepEqual([strict.cell(5, true), strict.cell(5, false), strict.cell(true, false), strict.cell(false, false)], [true, false, false, true]);
  });

  test('only true and false are conditions', () => {
    assert.equal(strict.bool(false), false);
    for (const value of [null, 0, 'true', []]) assert.throws(() => strict.bool(value), /Expected true or false/);
  });

  test('positions, ranges and lists are what they should be', () => {
    assert.throws(() => strict.index('1'), /comparison or a position/);
    assert.throws(() => strict.whole(1.5), /whole numbers/);
    assert.throws(() => strict.list(null), /Cannot go through null/);
    assert.deepEqual([strict.index(1), strict.whole(2), strict.list(7), strict.list([7])], [1, 2, [7], [7]]);
    assert.deepEqual([strict.typed(1, 'number'), strict.typed(1, 'Any'), strict.typed(null, 'Any'), strict.typed(1, 'string')], [true, true, false, false]);
  });
});

test('a filter sees the element and its entries, and gives the element back', () => {
  const boxed = strict.box([{ price: 1 }, false, null]);

  assert.deepEqual(boxed.map(({ price, item }) => [price, item]), [[1, { price: 1 }], [undefined, false], [undefined, null]]);
  assert.deepEqual(strict.unbox(boxed), [{ price: 1 }, false, null]);
  assert.deepEqual([strict.box(null), strict.unbox(null)], [null, null]);
});

test('a condition that is null hides', () => {
  assert.deepEqual([true, null, undefined, false, 0].map(strict.hides), [true, true, true, false, false]);
});
