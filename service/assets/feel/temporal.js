// Dates, times, instants and durations: built in one zone, whatever the machine says.
import { DateTime, Duration } from 'luxon';
import { ZONE, UTC, isDateTime, isDate, kind } from './kinds.js';

// Said at every construction, never as a default of luxon: in the browser form-js uses the same luxon.
const HERE = { zone: ZONE, locale: 'en' };
const UNZONED = { zone: UTC, locale: 'en' };

let fixedNow = null;
let ahead = 0;

/** Fix the instant that now() and today() see (milliseconds since 1970); null: the machine's clock. */
export function setNow(milliseconds) {
  fixedNow = milliseconds;
}

/** Set the clock that now() and today() read, which runs on from here (milliseconds since 1970). */
export function setClock(milliseconds) {
  ahead = milliseconds - Date.now();
}

const valid = (value) => (value && value.isValid ? value : null);

export const now = () => DateTime.fromMillis(fixedNow ?? Date.now() + ahead, HERE);
export const today = () => toDate(now());

export const dateOf = (year, month, day) => valid(DateTime.fromObject({ year, month, day }, UNZONED));

/** The calendar day on which an instant falls in the zone of the system. */
export function toDate(instant) {
  return isDate(instant) ? instant : dateOf(instant.year, instant.month, instant.day);
}

export function parseDate(text) {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return valid(DateTime.fromISO(text, UNZONED));
  const instant = text.includes('T') ? parseDateTime(text) : null;
  return instant && toDate(instant);
}

export function parseDateTime(text) {
  if (!/^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text)) return null;
  const [local, zone] = text.split('@');
  const instant = DateTime.fromISO(local, zone ? { ...HERE, zone } : HERE);
  return valid(instant)?.setZone(ZONE) ?? null;
}

const asTime = (instant) => instant.set({ year: 1900, month: 1, day: 1 });

export function parseTime(text) {
  if (!/^\d{2}:\d{2}/.test(text)) return null;
  const instant = valid(DateTime.fromISO(`1900-01-01T${text}`, HERE));
  return instant && asTime(instant.setZone(ZONE));
}

export function toTime(value) {
  return asTime(isDate(value) ? value.setZone(ZONE, { keepLocalTime: true }) : value);
}

export function timeOf(hour, minute, second) {
  const base = { year: 1900, month: 1, day: 1, hour, minute };
  const whole = Math.floor(second);
  return valid(DateTime.fromObject({ ...base, second: whole, millisecond: Math.round((second - whole) * 1000) }, HERE));
}

export function atTime(day, time) {
  const { year, month, day: dayOfMonth } = day;
  return time.set({ year, month, day: dayOfMonth });
}

export const startOfDay = (day) => atTime(day, timeOf(0, 0, 0));
export const endOfDay = (day) => atTime(day, timeOf(23, 59, 59));

export const monthsDuration = (months) => {
  const duration = Duration.fromObject({ years: Math.trunc(months / 12), months: months % 12 });
  return valid(duration);
};
export const monthsOf = (duration) => duration.as('months');
export const millisDuration = (milliseconds) =>
  Duration.fromMillis(milliseconds).shiftTo('days', 'hours', 'minutes', 'seconds', 'milliseconds');

/** An ISO 8601 duration: either years and months, or days and time; never a mixture. */
export function parseDuration(text) {
  const duration = valid(Duration.fromISO(text));
  if (!duration) return null;
  const { years = 0, months = 0, ...rest } = duration.toObject();
  const hasRest = Object.values(rest).some((part) => part !== 0);
  if (!years && !months) return /\d[YM][^T]*$/.test(text.split('T')[0]) && !hasRest ? monthsDuration(0) : millisDuration(duration.toMillis());
  return hasRest || !Number.isInteger(years * 12 + months) ? null : monthsDuration(years * 12 + months);
}

/** A duration as ISO 8601, the sign before it: P1DT2H, -P3M, PT0S. */
export function durationText(value) {
  const size = magnitude(value);
  const absolute = size < 0 ? value.negate() : value;
  return (size < 0 ? '-' : '') + (size === 0 ? (kind(value) === 'years and months duration' ? 'P0M' : 'PT0S') : spelled(absolute));
}

function spelled(value) {
  const { years, months, days, hours, minutes, seconds } = kind(value) === 'years and months duration'
    ? value.shiftTo('years', 'months').toObject()
    : value.shiftTo('days', 'hours', 'minutes', 'seconds').toObject();
  const part = (amount, unit) => (amount ? `${amount}${unit}` : '');
  const clock = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  return `P${part(years, 'Y')}${part(months, 'M')}${part(days, 'D')}${clock && `T${clock}`}`;
}

/** What stands behind @: a date, a time, an instant or a duration. */
export function parseLiteral(text) {
  if (/^-?P/.test(text)) return parseDuration(text);
  if (/^\d{2}:/.test(text)) return parseTime(text);
  return text.includes('T') ? parseDateTime(text) : parseDate(text);
}

export function monthsBetween(from, to) {
  const { months } = toDate(to).diff(toDate(from), ['months', 'days']);
  return monthsDuration(months);
}

export function shift(instant, duration, sign) {
  const moved = sign < 0 ? instant.minus(duration) : instant.plus(duration);
  const type = kind(instant);
  if (type === 'time') return asTime(moved);
  return type === 'date' ? moved.startOf('day') : moved;
}

/** Milliseconds (days and time) or months (years and months): what orders durations of one kind. */
export function magnitude(value) {
  if (isDateTime(value)) return value.toMillis();
  return kind(value) === 'years and months duration' ? monthsOf(value) : value.toMillis();
}
