// What people type for a number, a date or a time, read as they mean it. What cannot be read is a problem in
// words, never nothing and never some other value.
import Big from 'big.js';
import { t } from '../lib/i18n.js';

const UNITS = { 百: 1e2, 千: 1e3, 万: 1e4, 十万: 1e5, 百万: 1e6, 千万: 1e7, 亿: 1e8, 万亿: 1e12, k: 1e3, w: 1e4 };
const SHAPE = new RegExp(`^([+-]?)(.*?)(${Object.keys(UNITS).sort((one, other) => other.length - one.length).join('|')})?(%?)$`, 'i');
const CURRENCY_BEFORE = /^(¥|RMB|CNY|人民币)/i;
const CURRENCY_BEHIND = /(元整|元|圆|块|RMB|CNY)$/i;
const GROUPED = [/^\d{1,3}(,\d{3})+(\.\d+)?$/, /^\d{1,4}(,\d{4})+(\.\d+)?$/];
const PLAIN = /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const LARGEST = 1e15;
const DAYS = { 昨天: -1, 今天: 0, 今日: 0, 明天: 1, 明日: 1, 后天: 2, 後天: 2 };

const problem = (text, values) => ({ value: null, problem: t(text, values) });
const found = (value) => ({ value, problem: null });

/** Full-width signs as plain ones, without what only separates. */
function plain(text) {
  return text.normalize('NFKC').replace(/[\s\u200b-\u200d\u2060\ufeff]/g, '').replace(/[−–—]/g, '-');
}

/** Read a number: `120,000`, `１２０`, `¥1,200.50 元`, `12 万`, `27%`. `isPercent`: the field counts in percent. */
export function readNumber(text, { digits = null, isPercent = false } = {}) {
  if (text.trim() === '') return found(null);
  const bare = plain(text).replace(CURRENCY_BEFORE, '').replace(CURRENCY_BEHIND, '');
  const [, sign, figures, unit, percent] = SHAPE.exec(bare);
  if (!isGrouped(figures)) {
    return problem('The commas in this number do not stand where thousands end. Write it like 120,000.');
  }
  const ungrouped = figures.replaceAll(',', '');
  if (!PLAIN.test(ungrouped)) return problem('This is no number. Write it like 120,000 or 12.5.');
  const size = sizeOf(ungrouped, unit, percent && !isPercent);
  return bounded(sign === '-' ? size.times(-1) : size, digits);
}

const isGrouped = (figures) => !figures.includes(',') || GROUPED.some((shape) => shape.test(figures));

function sizeOf(figures, unit, isShare) {
  return Big(figures.replace(/^\./, '0.').replace(/\.(?=e|$)/i, '')).times(UNITS[unit?.toLowerCase()] ?? 1).times(isShare ? '0.01' : 1);
}

function bounded(exact, digits) {
  if (exact.abs().gt(LARGEST) || !Big(Number(exact.toFixed())).eq(exact)) return problem('This number has more digits than can be kept.');
  if (digits !== null && !exact.round(digits).eq(exact)) {
    return digits ? problem('At most {digits} decimal places.', { digits }) : problem('Only whole numbers.');
  }
  return found(Number(exact.toFixed()) || 0);
}

/** A number as it is shown at rest: `120,000`, with the decimals it has. */
export function writeNumber(value) {
  const [whole, decimals] = Big(value).toFixed().split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals ? `${grouped}.${decimals}` : grouped;
}

/** A number as one goes on typing at it: `120000`. */
export const bareNumber = (value) => Big(value).toFixed();

/** Read a day: `2027-03-01`, `2027/3/1`, `20270301`, `2027年3月1日`, `3月1日` and `明天` as of `today` (ISO). ISO comes out. */
export function readDate(text, today) {
  const bare = plain(text);
  if (bare === '') return found(null);
  if (bare in DAYS) return found(shifted(today, DAYS[bare]));
  const whole = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?$/.exec(bare) || /^(\d{4})(\d{2})(\d{2})$/.exec(bare);
  const short = /^()(\d{1,2})[-/.月](\d{1,2})[日号]?$/.exec(bare);
  const [, year, month, day] = whole || short || [];
  if (month === undefined) return problem('This is no date. Write it like 2027-03-01.');
  return dayOf(Number(year || today.slice(0, 4)), Number(month), Number(day));
}

function dayOf(year, month, day) {
  const made = new Date(Date.UTC(year, month - 1, day));
  const isThere = made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  if (!isThere || month < 1) return problem('There is no such day. Write it like 2027-03-01.');
  if (year < 1900 || year > 2999) return problem('The year must be between 1900 and 2999.');
  return found(made.toISOString().slice(0, 10));
}

function shifted(day, by) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + by);
  return moved.toISOString().slice(0, 10);
}

const HALVES = /^(凌晨|早上|上午|中午|下午|晚上|AM|PM)?(.*)$/i;
const LATE = /^(中午|下午|晚上|PM)$/i;
const TIMES = [/^(\d{1,2})[:点时](\d{1,2}|半|一刻|三刻)?分?(?::00)?$/, /^(\d{2})(\d{2})$/];
const MINUTES = { 半: 30, 一刻: 15, 三刻: 45 };

/** Read a time of day: `9:30`, `09：30`, `0930`, `9点半`, `下午3:30`. `HH:mm` comes out. */
export function readTime(text) {
  const bare = plain(text);
  if (bare === '') return found(null);
  const [, half = '', rest] = HALVES.exec(bare);
  const shapes = half ? [...TIMES, /^(\d{1,2})()$/] : TIMES;
  const match = shapes.map((shape) => shape.exec(rest)).find(Boolean);
  if (!match) return problem('This is no time. Write it like 09:30.');
  return timeOf(of24(Number(match[1]), half), MINUTES[match[2]] ?? Number(match[2] || 0));
}

/** The hour of the day; 中午 may be 11 o'clock as well as 1. */
function of24(hour, half) {
  return LATE.test(half) && hour < 12 && !(half === '中午' && hour === 11) ? hour + 12 : hour;
}

function timeOf(hour, minute) {
  if (hour > 23 || minute > 59) return problem('There is no such time. Write it like 09:30.');
  return found([hour, minute].map((part) => String(part).padStart(2, '0')).join(':'));
}
