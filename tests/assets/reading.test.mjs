import './page.mjs';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bareNumber, readDate, readNumber, readTime, writeNumber } from '../../service/assets/form/reading.js';

const value = (read) => {
  assert.equal(read.problem, null);
  return read.value;
};
const refused = (read) => read.value === null && typeof read.problem === 'string' && read.problem !== '';

describe('a number is read as it is meant', () => {
  const MEANT = {
    '120,000': 120000, '1,200.50': 1200.5, '１２０': 120, '１２０，０００．５': 120000.5, ' 120 000 ': 120000, '120\u00a0000': 120000,
    '¥1,200': 1200, '￥1,200元': 1200, '1200 元整': 1200, '人民币 88 元': 88, 'RMB 88': 88, '88 CNY': 88,
    '12万': 120000, '1.5亿': 150000000, '3千万': 30000000, '5百万': 5000000, '２万元': 20000, '12w': 120000, '12k': 12000, '12,0000': 120000,
    '-3': -3, '−3.5': -3.5, '+7': 7, '0': 0, '-0.00': 0, '.5': 0.5, '5.': 5, '007': 7, '1.2E+05': 120000, '27%': 0.27, '27.5 ％': 0.275, '0.1': 0.1,
    '999999999999999': 999999999999999,
  };
  for (const [text, meant] of Object.entries(MEANT)) test(`“${text}”`, () => assert.equal(value(readNumber(text)), meant));

  test('in percent where the field counts so', () => assert.equal(value(readNumber('27%', { isPercent: true })), 27));

  test('nothing is nothing', () => assert.deepEqual(['', '  ', '　'].map((text) => readNumber(text).value), [null, null, null]));
});

describe('what is no number is said, never dropped', () => {
  for (const text of ['abc', '12abc', '1,5', '1,23,456', '12,34', ',5', '1.2.3', '1.234,56', '--5', '5-', '-', '元', '十二万', '1万2千', '12 3万万', 'NaN', 'Infinity',
    '0x10', '1e', '1e999', '9007199254740993', '1234567890123456.78', '12、000', '5；', '￥', '1/2', '(5)', '三'])
    test(`“${text}”`, () => assert.ok(refused(readNumber(text)), JSON.stringify(readNumber(text))));

  test('more decimals than the field has are not rounded away', () => {
    assert.ok(refused(readNumber('1.005', { digits: 2 })));
    assert.ok(refused(readNumber('1.5', { digits: 0 })));
    assert.equal(value(readNumber('1.50', { digits: 1 })), 1.5);
    assert.equal(value(readNumber('1.5万', { digits: 0 })), 15000);
  });
});

describe('a number is written', () => {
  test('with its thousands apart, and can be read again', () => {
    for (const [number, text] of [[120000, '120,000'], [1200.5, '1,200.5'], [-1234567.891, '-1,234,567.891'], [999, '999'], [0.0001, '0.0001'], [1e15, '1,000,000,000,000,000']]) {
      assert.equal(writeNumber(number), text);
      assert.equal(value(readNumber(text)), number);
      assert.equal(value(readNumber(bareNumber(number))), number);
    }
  });
});

describe('a day is read', () => {
  const TODAY = '2026-12-31';
  for (const text of ['2027-03-01', '2027/3/1', '2027.3.1', '20270301', '2027年3月1日', '2027年03月01号', '２０２７－０３－０１', ' 2027 - 3 - 1 '])
    test(`“${text}”`, () => assert.equal(value(readDate(text, TODAY)), '2027-03-01'));

  test('of this year where none is said, and from today', () => {
    assert.equal(value(readDate('3月1日', TODAY)), '2026-03-01');
    assert.equal(value(readDate('3/1', TODAY)), '2026-03-01');
    assert.equal(value(readDate('明天', TODAY)), '2027-01-01');
    assert.equal(value(readDate('今天', TODAY)), TODAY);
    assert.equal(readDate('', TODAY).value, null);
  });

  for (const text of ['2027-02-30', '2027-13-01', '2027-00-10', '20270230', '0001-01-01', '27-3-1', '2027-3', '2027', 'soon', '01/03/2027', '2月30日', '2027-03-01x', '2026-02-29'])
    test(`“${text}” is said to be none`, () => assert.ok(refused(readDate(text, TODAY))));
});

describe('a time is read', () => {
  const MEANT = {
    '9:30': '09:30', '09：30': '09:30', '0930': '09:30', '9点半': '09:30', '9点30分': '09:30', '上午9:30': '09:30', '下午3:30': '15:30', '15时': '15:00', '9点': '09:00',
    '晚上8点一刻': '20:15', '3:30PM': null, 'PM 3:30': '15:30', '23:59': '23:59', '00:00': '00:00', '09:30:00': '09:30', '中午12点': '12:00', '下午3': '15:00', '14:07': '14:07',
  };
  for (const [text, meant] of Object.entries(MEANT)) test(`“${text}”`, () => assert.equal(readTime(text).value, meant));
  for (const text of ['24:00', '9:60', '930', '9', 'noon', '25点', '9.30'])
    test(`“${text}” is said to be none`, () => assert.ok(refused(readTime(text)), JSON.stringify(readTime(text))));
});
