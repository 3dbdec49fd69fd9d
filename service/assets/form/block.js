// A block of cells as Excel, WPS and web pages put it on the clipboard, and what each of its cells says.
import { today } from '../feel/temporal.js';
import { t } from '../lib/i18n.js';
import { bareNumber, readDate, readNumber, readTime } from './reading.js';

const YES = /^(是|√|✓|✔|对|1|y|yes|true)$/i;
const NO = /^(否|×|✗|不|0|n|no|false|)$/i;
const BETWEEN = /[、,，;；\n]/;
const QUOTED = /^"((?:[^"]|"")*)"(?=\t|\r?\n|$)/;

/** The rows of a block, each a list of texts; a cell that holds a tab or a line break comes in quotes. */
export function readBlock(text) {
  const rows = [[]];
  let left = text.replace(/\r?\n$/, '');
  while (true) {
    const quoted = QUOTED.exec(left);
    const [whole, inner] = quoted ? [quoted[0], quoted[1].replaceAll('""', '"')] : (([plain]) => [plain, plain])(/^[^\t\r\n]*/.exec(left));
    rows.at(-1).push(inner);
    left = left.slice(whole.length);
    if (left === '') return rows;
    const end = /^(\t|\r\n|\n|\r)/.exec(left)[0];
    left = left.slice(end.length);
    if (end !== '\t') rows.push([]);
  }
}

export const isBlock = (text) => /[\t\n]/.test(text.replace(/\r?\n$/, ''));

const folded = (text) => text.normalize('NFKC').replace(/[\s*]/g, '').toLowerCase();

/**
 * Which of `columns` ({label}) each cell of a row goes to, and the rows that are answers. A first row that names the
 * columns says so itself; else they follow each other from `first` on.
 */
export function columnsOf(rows, columns, first) {
  const labels = columns.map(({ label }) => folded(label));
  const named = rows[0].map((text) => labels.indexOf(folded(text)));
  if (rows[0].length > 1 && named.filter((at) => at >= 0).length * 2 > rows[0].length) return { targets: named, rows: rows.slice(1) };
  const width = Math.max(...rows.map((row) => row.length));
  const targets = Array.from({ length: width }, (_, at) => (first + at < columns.length ? first + at : -1));
  return { targets, rows };
}

const found = (value) => ({ value, problem: null });
const problem = (text, values) => ({ value: null, problem: t(text, values) });

function chosen(text, options) {
  const wanted = folded(text);
  const option = options.find(({ value, label }) => folded(String(label ?? value)) === wanted || folded(String(value)) === wanted);
  return option ? found(option.value) : problem('“{text}” is none of the choices.', { text });
}

const READ = {
  number({ decimalDigits, serializeToString, appearance }, text) {
    const read = readNumber(text, { digits: decimalDigits >= 0 ? decimalDigits : null, isPercent: appearance?.suffixAdorner === '%' });
    return read.value !== null && serializeToString ? found(bareNumber(read.value)) : read;
  },
  datetime({ subtype }, text) {
    if (subtype === 'date') return readDate(text, today().toISODate());
    return subtype === 'time' ? readTime(text) : problem('Day and time are typed here, not pasted.');
  },
  checkbox(field, text) {
    if (YES.test(text.trim())) return found(true);
    return NO.test(text.trim()) ? found(false) : problem('“{text}” is none of the choices.', { text });
  },
  select: (field, text, options) => chosen(text, options),
  radio: (field, text, options) => chosen(text, options),
  taglist(field, text, options) {
    const read = text.split(BETWEEN).filter((one) => one.trim()).map((one) => chosen(one, options));
    return read.find((one) => one.problem) ?? found(read.map((one) => one.value));
  },
  textarea: (field, text) => found(text),
  textfield: (field, text) => found(text.replace(/\s*\n\s*/g, ' ').trim()),
};

/** What a cell says under a field: {value, problem}. An empty one says nothing: undefined. */
export function readCell(field, text, options = []) {
  return text.trim() === '' ? undefined : READ[field.type](field, text, options);
}

export const takesText = (field) => field.type in READ;
