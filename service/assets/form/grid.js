// Rows as a grid: a table over the fields of a repeated group, with the keyboard, blocks from spreadsheets, totals,
// copies of a row and an undo. form-js stacks every row as a card; so does this on a phone, and where a row holds
// what no cell can. The fields, and all they check, are those of form-js.
import { h } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { DynamicList, FormContext, FormField, Label, LocalExpressionContext, buildExpressionContext } from '@bpmn-io/form-js-viewer';
import { evaluateLeniently, reader } from '../feel/engine.js';
import { t } from '../lib/i18n.js';
import { columnsOf, isBlock, readBlock, readCell, takesText } from './block.js';
import { useFloating } from './floating.js';
import { cellBeside, columnsIn, leaves, totalsOf } from './grid_columns.js';
import { at } from './places.js';

const NARROW = matchMedia('(max-width: 699px)');
const UNDONE = 20;

/** The component for repeated groups: a grid where the screen and the row allow it, else the cards of form-js. */
export function Rows(props) {
  const { getService } = useContext(FormContext);
  const columns = columnsIn(props.field, getService('formLayouter'), getService('formFieldRegistry'));
  const isNarrow = useNarrow();
  return columns && !isNarrow ? h(Grid, { ...props, columns }) : h(DynamicList, props);
}
Rows.config = DynamicList.config;

function useNarrow() {
  const [isNarrow, set] = useState(NARROW.matches);
  useEffect(() => {
    const change = () => set(NARROW.matches);
    NARROW.addEventListener('change', change);
    return () => NARROW.removeEventListener('change', change);
  }, []);
  return isNarrow;
}

function Grid(props) {
  const { columns, field, indexes, domId, readonly, disabled } = props;
  const isFixed = readonly || disabled || !field.allowAddRemove;
  const table = useRef(null);
  const whole = useRef(null);
  useFloating(whole);
  const isShown = useShown(props);
  const { rows, acts, past, said } = useRows(props, isFixed);
  const totals = totalsOf(columns, field, rows);
  const events = {
    onKeyDown: (event) => steer(event, table.current, acts),
    onPaste: (event) => takeBlock(event, columns.filter(canTake(props)), acts.paste),
  };
  return h('div', { class: `fjs-form-field fjs-form-field-dynamiclist fjs-form-field-grouplike grid-list${field.showOutline ? ' fjs-outlined' : ''}`, role: 'group', 'aria-labelledby': domId, ref: whole },
    h(Label, { id: domId, label: field.label }),
    rows.length > 0 && h('div', { class: 'grid-scroll', tabIndex: 0, role: 'region', 'aria-label': field.label },
      h('table', { class: 'grid', ref: table, 'aria-labelledby': domId, ...events },
        h(Head, { columns, isShown, isFixed }),
        h('tbody', {}, rows.map((row, index) => h(Row, { ...props, key: index, row, index, isShown, indexes, acts: isFixed ? null : acts }))),
        totals && rows.length > 1 && h(Foot, { columns, isShown, isFixed, totals }))),
    h('div', { class: `fjs-repeat-render-footer${isFixed ? '' : ' fjs-remove-allowed'}` },
      !isFixed && h('button', { type: 'button', class: 'fjs-repeat-render-add', onClick: acts.add }, `＋ ${t('Add new')}`),
      past.length > 0 && h('button', { type: 'button', class: 'grid-undo', onClick: acts.undo }, t('Undo')),
      h('span', { class: 'grid-said', role: 'status' }, said)));
}

/** The rows as they are, what may be done with them, what was done last, and what to go back to. */
function useRows(props, isFixed) {
  const { field, indexes, columns, onChange, readonly } = props;
  const { getService } = useContext(FormContext);
  const form = getService('form');
  const path = getService('pathRegistry').getValuePath(field, { indexes });
  const { data } = form._getState();
  const rows = at(data, path) || [];
  const [past, setPast] = useState([]);
  const [said, tell] = useState('');
  const write = (next, what, problems = []) => {
    setPast([...past, { rows, what }].slice(-UNDONE));
    onChange({ value: next });
    tell([what, ...problems].join(' '));
  };
  const blank = (index) => form._getInitializedFieldData(form._getState().data, { container: field, indexes: { ...indexes, [field.id]: index } });
  const row = (index) => ({ row: index + 1 });
  const changing = {
    add: () => write([...rows, blank(rows.length)], t('Row {row} added', row(rows.length))),
    copy: (index) => write(rows.toSpliced(index + 1, 0, structuredClone(rows[index])), t('Row {row} copied', row(index))),
    remove(index) {
      getService('eventBus').fire('repeatRenderManager.remove', { dataPath: path, index, item: rows[index] });
      write(rows.toSpliced(index, 1), t('Row {row} removed', row(index)));
    },
  };
  const acts = {
    ...(isFixed ? {} : changing),
    paste(text, from) {
      const pasted = pasteInto({ rows, columns: columns.filter(canTake(props)), text, from, blank: isFixed ? null : blank, data });
      write(pasted.rows, t('{count} rows pasted', { count: pasted.count }), pasted.problems);
    },
    undo() {
      if (!past.length) return;
      const last = past.at(-1);
      setPast(past.slice(0, -1));
      onChange({ value: last.rows });
      tell(t('Undone: {what}', { what: last.what }));
    },
  };
  return { rows, acts: readonly ? { undo() {} } : acts, past, said };
}

function Head({ columns, isShown, isFixed }) {
  const unseen = (text) => h('span', { class: 'visually-hidden' }, text);
  const head = (column) => h('th', { scope: 'col', key: column.id, class: column.kind, title: column.hint }, column.label, column.isRequired && h('span', { 'aria-hidden': 'true' }, '*'));
  return h('thead', {}, h('tr', {},
    h('th', { scope: 'col', class: 'grid-row' }, unseen(t('Row'))),
    columns.filter(isShown).map(head),
    !isFixed && h('th', { scope: 'col', class: 'grid-acts' }, unseen(t('What can be done')))));
}

function Foot({ columns, isShown, isFixed, totals }) {
  return h('tfoot', {}, h('tr', {},
    h('th', { scope: 'row', class: 'grid-row' }, t('Total')),
    columns.filter(isShown).map(({ id, kind }) => h('td', { key: id, class: kind }, totals.get(id) ?? '')),
    !isFixed && h('td', {})));
}

function Row({ row, index, columns, isShown, acts, field, indexes, ...others }) {
  const around = useContext(LocalExpressionContext);
  const context = {
    data: around.data, this: row, i: [...around.i, index + 1], parent: buildExpressionContext({ ...around, data: around.this }),
  };
  const place = { ...others, indexes: { ...indexes, [field.id]: index } };
  const cell = (one) => h(FormField, { ...place, field: one, key: one.id });
  const number = t('Row {row}', { row: index + 1 });
  return h(LocalExpressionContext.Provider, { value: context },
    h('tr', { 'data-row': index, 'aria-label': number },
      h('th', { scope: 'row', class: 'grid-row' }, index + 1, h('span', { hidden: true }, leaves(field).filter((one) => one.type === 'expression').map(cell))),
      columns.map((column) => h('td', { key: column.id, class: column.kind, 'data-column': column.at, hidden: !isShown(column) }, cell(column.field))),
      acts && h('td', { class: 'grid-acts' },
        h('button', { type: 'button', class: 'grid-copy', title: t('Copy this row'), 'aria-label': `${t('Copy this row')} ${index + 1}`, onClick: () => acts.copy(index) }, h('svg', { viewBox: '0 0 24 24', width: 18, height: 18, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.7, 'aria-hidden': 'true' }, h('path', { d: 'M9 9h11v11H9zM5 15V4h11' }))),
        h('button', { type: 'button', class: 'fjs-repeat-row-remove', title: t('Remove list item'), 'aria-label': `${t('Remove list item')} ${index + 1}`, onClick: () => acts.remove(index) }, '×'))));
}

/** Which columns any row shows: a field may be asked in some rows only. */
function useShown({ columns, indexes }) {
  const { getService } = useContext(FormContext);
  const registry = getService('formFieldInstanceRegistry');
  const [hidden, set] = useState('');
  useEffect(() => {
    const here = registry.getAll().filter((one) => Object.entries(indexes || {}).every(([id, index]) => one.indexes?.[id] === index));
    const asked = new Set(here.map(({ id }) => id));
    const now = columns.filter(({ field, isConditional }) => isConditional && !asked.has(field.id)).map(({ id }) => id).join();
    if (now !== hidden) set(now);
  });
  return (column) => !hidden.split(',').includes(column.id);
}

const canTake = ({ readonly }) => ({ field }) => !readonly && !field.readonly && takesText(field);

/** The rows with a block put in from a cell on; what cannot be read is told, and its place left as it was. */
function pasteInto({ rows, columns, text, from, blank, data }) {
  const first = columns.findIndex((column) => column.at >= from.column);
  const block = columnsOf(readBlock(text), columns, first < 0 ? columns.length : first);
  const room = blank ? Infinity : rows.length - from.row;
  const taken = block.rows.slice(0, room);
  const next = [...rows];
  const problems = [];
  taken.forEach((cells, offset) => {
    const place = from.row + offset;
    next[place] = { ...(next[place] ?? blank(place)) };
    cells.forEach((said, index) => {
      const { field, label } = columns[block.targets[index]] ?? {};
      const read = field && readCell(field, said, optionsOf(field, data));
      if (read?.problem) problems.push(t('Row {row}, {column}: {problem}', { row: place + 1, column: label, problem: read.problem }));
      else if (read) next[place][field.key] = read.value;
    });
  });
  if (taken.length < block.rows.length) problems.push(t('{count} rows had no place.', { count: block.rows.length - taken.length }));
  return { rows: next, problems, count: taken.length };
}

function optionsOf({ values, valuesKey, valuesExpression }, data) {
  const given = valuesExpression ? evaluateLeniently(valuesExpression.replace(/^=/, ''), reader(data)) : values ?? data[valuesKey];
  return (given ?? []).map((one) => (typeof one === 'object' ? one : { value: one, label: String(one) }));
}

function placeOf(cell) {
  return { row: Number(cell.parentElement.dataset.row), column: Number(cell.dataset.column) };
}

function takeBlock(event, columns, paste) {
  const text = event.clipboardData.getData('text/plain');
  const cell = event.target.closest('td[data-column]');
  if (!paste || !cell || !columns.length || !isBlock(text)) return;
  event.preventDefault();
  paste(text, placeOf(cell));
}

/** Enter and the arrows go from cell to cell where they have nothing to do inside one; Ctrl+Z takes rows back. */
function steer(event, table, acts) {
  const cell = event.target.closest('td[data-column]');
  if (!cell || isTaken(event, cell)) return;
  if (event.ctrlKey || event.metaKey) return void (isUndo(event) && acts.undo());
  const to = cellBeside(event, placeOf(cell));
  if (to && goTo(table, to, Math.sign(to.column - placeOf(cell).column), event.key === 'Enter' && acts.add)) event.preventDefault();
}

const isTaken = (event, cell) => event.isComposing || event.altKey || cell.querySelector('.fjs-dropdownlist') !== null;

/** What is typed in a field is taken back by the browser itself: a field at rest holds nothing to take back. */
function isUndo(event) {
  const isMeant = event.key === 'z' && !event.shiftKey && event.target.value === event.target.defaultValue;
  if (isMeant) event.preventDefault();
  return isMeant;
}

/** Whether there was somewhere to go; Enter in the last row has another one added. */
function goTo(table, to, step, add) {
  const target = writable(table, to, step);
  if (target) {
    target.focus();
    target.select?.();
  } else if (add && to.row === table.tBodies[0].rows.length) {
    add();
    setTimeout(() => writable(table, { row: to.row, column: 0 }, 1)?.focus(), 50);
  } else return false;
  return true;
}

/** What can be typed in at a place; going sideways the next such place. */
function writable(table, { row, column }, step) {
  const cells = [...(table.tBodies[0].rows[row]?.querySelectorAll('td[data-column]') ?? [])];
  const way = step > 0 ? cells.slice(column) : cells.slice(0, column + 1).reverse();
  const inputs = way.map((cell) => (cell.hidden ? null : cell.querySelector('input:not(:disabled), textarea:not(:disabled)')));
  return step ? inputs.find(Boolean) : inputs[0];
}
