// What kind of FEEL value a JavaScript value is. Dates, times and instants are all luxon DateTimes;
// they are told apart by how temporal.js builds them: a date stands in UTC at midnight, a time on
// 1 January 1900, everything else is an instant shown in the zone of the system.
import { DateTime, Duration, FixedOffsetZone } from 'luxon';

export const ZONE = FixedOffsetZone.instance(480); // Asia/Shanghai: +08:00, no summer time
export const UTC = FixedOffsetZone.utcInstance;

export const isDateTime = (value) => DateTime.isDateTime(value);
export const isDuration = (value) => Duration.isDuration(value);
export const isDate = (value) => isDateTime(value) && value.zone === UTC;

function temporalKind(value) {
  if (value.zone === UTC) return 'date';
  return value.year === 1900 && value.month === 1 && value.day === 1 ? 'time' : 'date and time';
}

function durationKind(value) {
  const parts = value.toObject();
  return 'months' in parts || 'years' in parts ? 'years and months duration' : 'days and time duration';
}

const SCALARS = new Set(['number', 'string', 'boolean']);

/** The FEEL name of the value's type; 'unknown' for anything FEEL has no word for. */
export function kind(value) {
  if (value === null || value === undefined) return 'null';
  return SCALARS.has(typeof value) ? typeof value : objectKind(value);
}

function objectKind(value) {
  if (Array.isArray(value)) return 'list';
  if (isDateTime(value)) return temporalKind(value);
  if (isDuration(value)) return durationKind(value);
  if (Object.getPrototypeOf(value) === Object.prototype) return 'context';
  if (Object.hasOwn(value, 'start included')) return 'range';
  if (typeof value.invoke === 'function' || typeof value === 'function') return 'function';
  return 'unknown';
}
