// Workdays of the official calendar: Monday to Friday, but for the exceptions of a table handed in
// as data (holidays and make-up days), the same on the server and in the browser.
import * as temporal from './temporal.js';
import { kind } from './kinds.js';

const DAY = 86_400_000;
const LIMIT = 5000;
let exceptions = new Map();
let company = new Map();

/** The table {holidays: ["2026-10-01"], workdays: ["2026-10-10"]} by day. */
function read({ holidays, workdays }) {
  const entries = (days, isWorked) => days.map((day) => [dayNumber(temporal.parseDate(day)), isWorked]);
  return new Map([...entries(holidays, false), ...entries(workdays, true)]);
}

/** Install the table of days that break the rule. */
export function setCalendar(table) {
  exceptions = read(table);
}

/** Let the company's own days come first, until other ones or none (null) are named. */
export function setCompany(table) {
  company = table ? read(table) : new Map();
}

const dayNumber = (date) => Math.round(date.toMillis() / DAY);

function works(day) {
  const weekday = (((day + 4) % 7) + 7) % 7; // 1 January 1970 was a Thursday; Sunday is 0
  return company.get(day) ?? exceptions.get(day) ?? (weekday !== 0 && weekday !== 6);
}

/** The day of a date, an instant or their ISO text; null for anything else. */
function dayOf(value) {
  const type = kind(value);
  if (type === 'date' || type === 'date and time') return temporal.toDate(value);
  return type === 'string' ? temporal.parseDate(value) : null;
}

export function isWorkday(value) {
  const day = dayOf(value);
  return day && works(dayNumber(day));
}

/** The last second of the n-th workday after the given day. */
export function workdaysAfter(start, count) {
  const first = dayOf(start);
  if (!first || !Number.isInteger(count) || count < 0 || count > LIMIT) return null;
  let day = dayNumber(first);
  for (let left = count; left > 0; ) if (works(++day)) left--;
  return temporal.endOfDay(first.plus({ days: day - dayNumber(first) }));
}

/** How many workdays lie after the first day, up to and with the second; negative backwards. */
export function workdaysBetween(from, to) {
  const [first, last] = [dayOf(from), dayOf(to)];
  if (!first || !last) return null;
  const [low, high] = [dayNumber(first), dayNumber(last)].sort((a, b) => a - b);
  if (high - low > 20 * LIMIT) return null;
  let count = 0;
  for (let day = low + 1; day <= high; day++) if (works(day)) count++;
  return first > last ? -count : count;
}
