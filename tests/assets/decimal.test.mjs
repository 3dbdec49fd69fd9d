import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as decimal from '../../service/assets/feel/decimal.js';

describe('arithmetic is decimal', () => {
  test('sums and products of cents are exact', () => {
    assert.equal(decimal.plus(0.1, 0.2), 0.3);
    assert.equal(decimal.minus(0.3, 0.1), 0.2);
    assert.equal(decimal.times(1.15, 100), 115);
    assert.equal(decimal.sum([0.1, 0.2, 0.3, 0.4]), 1);
    assert.equal(decimal.product([0.1, 3, 10]), 3);
  });

  test('a quotient is one number, and none by zero', () => {
    assert.equal(decimal.divide(1, 8), 0.125);
    assert.equal(decimal.divide(2, 3), 2 / 3);
    assert.equal(decimal.divide(1, 0), null);
  });

  test('what leaves the numbers is no result', () => {
    assert.equal(decimal.times(1e200, 1e200), undefined);
    assert.equal(decimal.power(10, 400), undefined);
    assert.equal(decimal.power(0, -1), null);
  });

  test('powers are exact for whole exponents', () => {
    assert.equal(decimal.power(1.1, 2), 1.21);
    assert.equal(decimal.power(2, -2), 0.25);
    assert.equal(decimal.power(0, 0), 1);
    assert.equal(decimal.power(4, 0.5), 2);
  });

  test('large whole numbers stay whole, and those that cannot are none', () => {
    assert.equal(decimal.plus(2 ** 53 - 2, 1), 2 ** 53 - 1);
    assert.equal(decimal.times(94906267, 94906267), undefined);
    assert.equal(decimal.plus(2 ** 53 - 1, 1), undefined);
    assert.equal(decimal.sum([2 ** 53 - 1, 2]), undefined);
  });
});

describe('the remainder has the sign of the divisor', () => {
  for (const [a, b, rest] of [[12, 5, 2], [-12, 5, 3], [12, -5, -3], [-12, -5, -2], [10.1, 4.5, 1.1], [9, 3, 0], [-9, 3, 0]]) {
    test(`${a} modulo ${b} is ${rest}`, () => assert.equal(Math.abs(decimal.modulo(a, b) - rest), 0));
  }
  test('there is none by zero', () => assert.equal(decimal.modulo(1, 0), null));
});

describe('rounding', () => {
  const cases = {
    down: [1.29, -1.29, 1.2, -1.2],
    up: [1.21, -1.21, 1.3, -1.3],
    halfUp: [1.25, -1.25, 1.3, -1.3],
    halfDown: [1.25, -1.25, 1.2, -1.2],
    halfEven: [1.25, -1.35, 1.2, -1.4],
    floor: [1.29, -1.21, 1.2, -1.3],
    ceiling: [1.21, -1.29, 1.3, -1.2],
  };
  for (const [mode, [positive, negative, up, down]] of Object.entries(cases)) {
    test(`${mode}: ${positive} → ${up}, ${negative} → ${down}`, () => {
      assert.deepEqual([decimal.round(positive, 1, mode), decimal.round(negative, 1, mode)], [up, down]);
    });
  }
  test('half down goes up beyond the half', () => assert.equal(decimal.round(1.2501, 1, 'halfDown'), 1.3));
  test('cents of a price that has no binary form', () => assert.equal(decimal.round(1.005, 2, 'halfUp'), 1.01));
  test('whole tens', () => assert.equal(decimal.round(1250, -2, 'halfUp'), 1300));
});

describe('digits and steps', () => {
  for (const [value, digits] of [[12, 0], [1.5, 1], ['0.010', 2], [1e21, 0], [1200, 0], [1e-7, 7]]) {
    test(`${value} has ${digits} decimals`, () => assert.equal(decimal.decimals(value), digits));
  }
  test('a multiple of a step of a tenth', () => {
    assert.equal(decimal.isMultiple(0.3, 0.1), true);
    assert.equal(decimal.isMultiple(0.35, 0.1), false);
  });
  test('order of numbers and of numbers as text', () => {
    assert.deepEqual([decimal.order(1, 2), decimal.order('2.0', 2), decimal.order(3, '2')], [-1, 0, 1]);
    assert.throws(() => decimal.order('two', 2));
  });
});
