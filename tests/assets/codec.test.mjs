import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FeelProblem, decode, encode, plain, scrub } from '../../service/assets/feel/codec.js';
import { parseDate, parseDateTime, parseDuration, parseTime } from '../../service/assets/feel/temporal.js';

const VALUES = {
  date: [parseDate('2026-03-02'), { $t: 'date', v: '2026-03-02' }, '2026-03-02'],
  instant: [parseDateTime('2026-03-02T09:00:00'), { $t: 'date and time', v: '2026-03-02T09:00:00+08:00' }, '2026-03-02T09:00:00+08:00'],
  time: [parseTime('09:30'), { $t: 'time', v: '09:30:00' }, '09:30:00'],
  duration: [parseDuration('P1DT2H'), { $t: 'days and time duration', v: 93_600_000 }, 'P1DT2H'],
  months: [parseDuration('P1Y2M'), { $t: 'years and months duration', v: 14 }, 'P1Y2M'],
};

describe('what JSON has no word for is tagged, and comes back as it went', () => {
  for (const [name, [value, tagged, text]] of Object.entries(VALUES)) {
    test(name, () => {
      assert.deepEqual(encode(value), tagged);
      assert.deepEqual(encode(decode(tagged)), tagged);
      assert.equal(plain(value), text);
    });
  }
});

describe('what somebody typed cannot pass for a date', () => {
  const typed = { $t: 'date', v: '2026-03-02', $$x: 1 };

  test('its keys get one dollar more on the way', () => {
    assert.deepEqual(encode(typed), { $$t: 'date', v: '2026-03-02', $$$x: 1 });
    assert.deepEqual(decode(encode(typed)), typed);
  });
});

describe('refused', () => {
  test('a number no double can hold exactly', () => assert.throws(() => decode(2 ** 53), { code: 'number' }));
  test('a name of ours', () => assert.throws(() => decode({ a: [{ __proto: 1 }] }), { code: 'reserved_name' }));
  test('a result that is not a number', () => {
    for (const value of [NaN, Infinity, -Infinity]) assert.throws(() => encode(value), { code: 'number' });
  });
  test('a result that is a function', () => assert.throws(() => encode(() => 1), { code: 'result', message: 'The result is a function, which is not a value' }));
  test('every refusal is a FeelProblem', () => assert.throws(() => encode(NaN), FeelProblem));
});

test('plain values go through both ways', () => {
  const value = { text: '会签', list: [1, true, null, { nested: [] }] };

  assert.deepEqual(decode(encode(value)), value);
  assert.deepEqual(plain(value), value);
  assert.equal(plain(() => 1), null);
});

test('a form’s data is scrubbed of our names, at any depth', () => {
  assert.deepEqual(scrub({ a: 1, __b: 2, list: [{ __c: 3, d: null }] }), { a: 1, list: [{ d: null }] });
});
