// What a grid is made of: which repeated groups make one, its columns, their totals, and where a key leads.
import Big from 'big.js';
import { writeNumber } from './reading.js';

const CELLS = ['textfield', 'textarea', 'number', 'datetime', 'select', 'checkbox', 'radio', 'taglist', 'text'];
const WIDE = { textarea: 'is-long', taglist: 'is-long', datetime: 'is-date', select: 'is-choice', radio: 'is-choice', number: 'is-number', text: 'is-number', checkbox: 'is-tick' };
const SHOWN = /{{\s*(?:(\w+)\()?(?:this\.)?(\w+)/;
const LONG = 60;

const isFrameless = ({ type, label, showOutline, path, conditional }) => type === 'group' && !label && !showOutline && !path && !conditional;

/** The fields of a row, those in groups that are nothing to the eye among them. */
export function leaves({ components = [] }) {
  return components.flatMap((one) => (isFrameless(one) ? leaves(one) : [one]));
}

/** The columns of a repeated group in the order of its layout; null where a row holds what no cell can. */
export function columnsIn(field, layouter, registry) {
  const all = ordered(field, layouter, registry);
  const cells = all.filter(({ type }) => type !== 'expression');
  if (cells.length < 2 || cells.some(({ type }) => !CELLS.includes(type))) return null;
  return cells.map((one, at) => ({
    id: one.id, at, field: one, kind: kindOf(one), label: labelOf(one), hint: one.description,
    isRequired: one.validate?.required === true, isConditional: Boolean(one.conditional),
  }));
}

function ordered(field, layouter, registry) {
  const ids = layouter.getRows(field.id).flatMap(({ components = [] }) => components);
  return ids.map((id) => registry.get(id)).filter(Boolean).flatMap((one) => (isFrameless(one) ? ordered(one, layouter, registry) : [one]));
}

function kindOf({ type, layout = {}, validate = {} }) {
  if (type === 'textfield' && (!layout.columns || layout.columns >= 8 || validate.maxLength > LONG)) return 'is-long';
  return WIDE[type] ?? 'is-text';
}

function labelOf({ type, label, dateLabel, timeLabel, text }) {
  return type === 'text' ? text.split(/<br>|{{|\n/)[0].replaceAll('*', '').trim() : label || dateLabel || timeLabel || '';
}

/** What stands under the columns whose field is marked `total: sum`, by column; null where none is. */
export function totalsOf(columns, field, rows) {
  const summed = new Set(leaves(field).filter(({ properties }) => properties?.total === 'sum').map(({ key }) => key));
  if (!summed.size) return null;
  const found = new Map();
  for (const { id, field: one } of columns) {
    const [, format, shown] = one.type === 'text' ? SHOWN.exec(one.text) ?? [] : [];
    const key = one.key ?? shown;
    if (summed.has(key)) found.set(id, written(sum(rows, key), one, format));
  }
  return found;
}

function sum(rows, key) {
  const numbers = rows.map((row) => row?.[key]).filter((value) => value !== null && value !== undefined && value !== '' && Number.isFinite(Number(value)));
  return numbers.length ? numbers.reduce((total, value) => total.plus(String(value)), Big(0)) : null;
}

function written(total, { appearance = {} }, format) {
  if (total === null) return '—';
  const isMoney = format === 'yuan' || appearance.prefixAdorner === '¥';
  return isMoney ? `¥${money(total)}` : `${writeNumber(total)}${appearance.suffixAdorner ?? ''}`;
}

function money(total) {
  const [whole, cents] = total.toFixed(2).split('.');
  return `${writeNumber(whole)}.${cents}`;
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where a key leads from a cell; null where the key does something in the cell itself. */
export function cellBeside({ key, shiftKey, target }, { row, column }) {
  if (key === 'Enter') return target.tagName === 'TEXTAREA' && shiftKey ? null : { row: row + (shiftKey ? -1 : 1), column };
  const [down, right] = MOVES[key] ?? [0, 0];
  const isFree = right ? isAtEdge(target, right) : down !== 0 && !usesUpAndDown(target);
  return isFree ? { row: row + down, column: column + right } : null;
}

const isChoice = ({ type, classList }) => type === 'checkbox' || type === 'radio' || classList.contains('fjs-select-hidden-input');
const usesUpAndDown = (target) => isChoice(target) || (target.tagName === 'TEXTAREA' && target.value.includes('\n'));

/** Whether the cursor can go no further that way, or everything is selected. */
function isAtEdge(target, right) {
  if (isChoice(target)) return true;
  const { selectionStart, selectionEnd, value } = target;
  const edge = right > 0 ? value.length : 0;
  return (selectionStart === edge && selectionEnd === edge) || (selectionStart === 0 && selectionEnd === value.length);
}
