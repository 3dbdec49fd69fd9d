import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { kind } from '../../service/assets/feel/kinds.js';
import * as temporal from '../../service/assets/feel/temporal.js';
import * as workdays from '../../service/assets/feel/workdays.js';

const day = temporal.parseDate;
const instant = temporal.parseDateTime;
const iso = (value) => value?.toISO({ suppressMilliseconds: true }) ?? null;
const isoDay = (value) => value?.toISODate() ?? null;

afterEach(() => temporal.setNow(null));

describe('reading', () => {
  test('a date is a day without a zone', () => {
    assert.equal(kind(day('2026-03-02')), 'date');
    assert.equal(isoDay(day('2026-03-02')), '2026-03-02');
  });

  test('an instant is shown in the zone of the company, wherever it was written', () => {
    assert.equal(iso(instant('2026-03-02T09:00:00')), '2026-03-02T09:00:00+08:00');
    assert.equal(iso(instant('2026-03-02T01:00:00Z')), '2026-03-02T09:00:00+08:00');
    assert.equal(iso(instant('2026-07-01T12:00:00@Europe/Berlin')), '2026-07-01T18:00:00+08:00');
  });

  test('the date of an instant is its day here', () => assert.equal(isoDay(day('2026-03-01T20:00:00Z')), '2026-03-02'));

  for (const text of ['2026-02-30', '2026-3-2', '02.03.2026', 'today', '']) {
    test(`“${text}” is no date`, () => assert.equal(day(text), null));
  }

  test('a time has no day', () => {
    assert.equal(kind(temporal.parseTime('09:30')), 'time');
    assert.equal(temporal.parseTime('25:00'), null);
    assert.equal(temporal.parseTime('9:30'), null);
  });
});

describe('durations', () => {
  for (const [text, type] of [['P1DT2H', 'days and time duration'], ['P14D', 'days and time duration'], ['P1Y2M', 'years and months duration'], ['P0M', 'years and months duration'], ['PT0S', 'days and time duration']]) {
    test(`${text} counts ${type}`, () => assert.equal(kind(temporal.parseDuration(text)), type));
  }

  test('months and days together are no duration', () => assert.equal(temporal.parseDuration('P1M1D'), null));
  test('half a month is no duration', () => assert.equal(temporal.parseDuration('P0.5M'), null));
  test('whole months lie between two days', () => {
    assert.equal(temporal.monthsOf(temporal.monthsBetween(day('2026-01-31'), day('2026-03-30'))), 1);
    assert.equal(temporal.monthsOf(temporal.monthsBetween(day('2026-03-30'), day('2026-01-31'))), -1);
  });
});

describe('moving', () => {
  test('a month after the last of January is the last of February', () => {
    assert.equal(isoDay(temporal.shift(day('2026-01-31'), temporal.parseDuration('P1M'), 1)), '2026-02-28');
  });
  test('a date moved by hours stays a date', () => {
    const moved = temporal.shift(day('2026-03-02'), temporal.parseDuration('PT36H'), 1);
    assert.deepEqual([kind(moved), isoDay(moved)], ['date', '2026-03-03']);
  });
  test('a time goes round the clock', () => {
    const moved = temporal.shift(temporal.parseTime('23:30'), temporal.parseDuration('PT1H'), 1);
    assert.deepEqual([kind(moved), moved.hour, moved.minute], ['time', 0, 30]);
  });
  test('back again', () => {
    assert.equal(iso(temporal.shift(instant('2026-03-02T09:00:00'), temporal.parseDuration('PT10H'), -1)), '2026-03-01T23:00:00+08:00');
  });
  test('a day begins at midnight here and ends a second before the next', () => {
    assert.equal(iso(temporal.startOfDay(day('2026-03-02'))), '2026-03-02T00:00:00+08:00');
    assert.equal(iso(temporal.endOfDay(day('2026-03-02'))), '2026-03-02T23:59:59+08:00');
  });
});

test('a clock that was set runs on from there', async () => {
  temporal.setClock(Date.UTC(2026, 2, 1, 20, 0));
  const before = temporal.now().toMillis();
  await new Promise((resolve) => { setTimeout(resolve, 20); });

  assert.ok(Math.abs(before - Date.UTC(2026, 2, 1, 20, 0)) < 1000);
  assert.ok(temporal.now().toMillis() > before);
  temporal.setClock(Date.now());
});

test('now is the instant given, and today its day here', () => {
  temporal.setNow(Date.UTC(2026, 2, 1, 20, 0));
  assert.equal(iso(temporal.now()), '2026-03-02T04:00:00+08:00');
  assert.equal(isoDay(temporal.today()), '2026-03-02');
});

describe('workdays', () => {
  workdays.setCalendar({ holidays: ['2026-10-01', '2026-10-02'], workdays: ['2026-10-10'] });
  const after = (start, count) => iso(workdays.workdaysAfter(start, count));

  test('the n-th workday ends a second before midnight', () => assert.equal(after(day('2026-09-30'), 1), '2026-10-05T23:59:59+08:00'));
  test('none means the day itself', () => assert.equal(after(day('2026-10-01'), 0), '2026-10-01T23:59:59+08:00'));
  test('a make-up Saturday counts, the Sunday after it does not', () => {
    assert.equal(after('2026-10-09', 1), '2026-10-10T23:59:59+08:00');
    assert.equal(after('2026-10-09', 2), '2026-10-12T23:59:59+08:00');
  });
  test('an instant counts from its day here', () => assert.equal(after(instant('2026-09-29T20:00:00Z'), 1), '2026-10-05T23:59:59+08:00'));
  for (const count of [-1, 1.5, 5001, null, '1']) {
    test(`${JSON.stringify(count)} is no number of workdays`, () => assert.equal(workdays.workdaysAfter('2026-03-02', count), null));
  }
  test('between two days, forwards and backwards', () => {
    assert.equal(workdays.workdaysBetween('2026-09-30', '2026-10-12'), 7);
    assert.equal(workdays.workdaysBetween('2026-10-12', '2026-09-30'), -7);
    assert.equal(workdays.workdaysBetween('2026-10-01', '2026-10-01'), 0);
    assert.equal(workdays.workdaysBetween('2026-10-01', 'soon'), null);
    assert.equal(workdays.workdaysBetween('1026-10-01', '2026-10-01'), null);
  });
  test('days before 1970 know their weekday', () => {
    assert.deepEqual(['1969-12-31', '1969-12-28', '1969-12-27'].map(workdays.isWorkday), [true, false, false]);
  });
});
