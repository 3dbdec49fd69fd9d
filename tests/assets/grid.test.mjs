import './page.mjs';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { columnsOf, isBlock, readBlock, readCell } from '../../service/assets/form/block.js';
import { placeBeside } from '../../service/assets/form/floating.js';
import { cellBeside, columnsIn, totalsOf } from '../../service/assets/form/grid_columns.js';

describe('a block from a spreadsheet', () => {
  test('is rows of cells, whatever ends its lines', () => {
    for (const end of ['\n', '\r\n']) {
      assert.deepEqual(readBlock(['a\tb', '1\t', ''].join(end)), [['a', 'b'], ['1', '']]);
    }
  });

  test('holds quotes, tabs and line breaks inside its cells', () => {
    assert.deepEqual(readBlock('"一\n二"\t"他说""好"""\t3 "寸"\nx\t"\t"'), [['一\n二', '他说"好"', '3 "寸"'], ['x', '\t']]);
  });

  test('is none where there is a single cell', () => {
    assert.deepEqual(['a', 'a\n', 'a\r\n', 'a\tb', 'a\nb'].map(isBlock), [false, false, false, true, true]);
  });

  const columns = [{ label: '费用类别' }, { label: '单价（含税）' }, { label: '数量' }];
  test('goes on from the cell it is pasted at, and no further than the last column', () => {
    assert.deepEqual(columnsOf([['5', '6', '7']], columns, 1), { targets: [1, 2, -1], rows: [['5', '6', '7']] });
  });

  test('goes where its first row says', () => {
    const rows = [['数量*', '备注', ' 费用类别 '], ['3', 'x', 'KOL']];
    assert.deepEqual(columnsOf(rows, columns, 0), { targets: [2, -1, 0], rows: [['3', 'x', 'KOL']] });
  });
});

describe('a cell is read as its field means it', () => {
  const value = (...given) => readCell(...given).value;
  const options = [{ value: 'kol', label: '达人' }, { value: 'h5', label: 'Ｈ５' }];

  test('numbers as people write them', () => {
    assert.equal(value({ type: 'number', decimalDigits: 2 }, '1,200.00'), 1200);
    assert.equal(value({ type: 'number' }, '１２万'), 120000);
    assert.equal(value({ type: 'number', serializeToString: true }, '¥1,200.50'), '1200.5');
    assert.equal(value({ type: 'number', appearance: { suffixAdorner: '%' } }, '12%'), 12);
  });

  test('choices by label or value, ticks and days', () => {
    assert.deepEqual(['达人', 'kol', 'h5 '].map((text) => value({ type: 'select' }, text, options)), ['kol', 'kol', 'h5']);
    assert.deepEqual(value({ type: 'taglist' }, '达人、H5', options), ['kol', 'h5']);
    assert.deepEqual(['是', '√', '否'].map((text) => value({ type: 'checkbox' }, text)), [true, true, false]);
    assert.equal(value({ type: 'datetime', subtype: 'date' }, '2027年3月1日'), '2027-03-01');
    assert.equal(value({ type: 'datetime', subtype: 'time' }, '9点半'), '09:30');
    assert.equal(value({ type: 'textfield' }, ' 一\n二 '), '一 二');
  });

  test('what cannot be read is said, and an empty cell says nothing', () => {
    for (const [field, text] of [[{ type: 'number' }, '十二'], [{ type: 'select' }, '别的'], [{ type: 'taglist' }, '达人、别的'],
      [{ type: 'checkbox' }, '也许'], [{ type: 'datetime', subtype: 'date' }, '2027-02-30'], [{ type: 'datetime', subtype: 'datetime' }, '2027-02-03 9:00']]) {
      assert.ok(readCell(field, text, options).problem, text);
    }
    assert.equal(readCell({ type: 'number' }, '  '), undefined);
  });
});

const FIELDS = [
  { id: 'kind', type: 'select', key: 'kind', label: '类别', validate: { required: true } },
  { id: 'price', type: 'number', key: 'price', label: '单价', appearance: { prefixAdorner: '¥' }, properties: { total: 'sum' } },
  { id: 'amount', type: 'expression', key: 'amount', properties: { total: 'sum' } },
  { id: 'shown', type: 'text', text: '金额<br>**{{yuan(this.amount)}}**' },
  { id: 'why', type: 'textfield', key: 'why', label: '说明', conditional: { hide: '=true' } },
];

function gridOf(components) {
  const field = { id: 'list', components };
  const within = (holder) => holder.components.flatMap((one) => [one, ...(one.components ? within(one) : [])]);
  const registry = new Map([field, ...within(field)].map((one) => [one.id, one]));
  return columnsIn(field, { getRows: (id) => (registry.get(id).components ?? []).map(({ id: inner }) => ({ components: [inner] })) }, registry);
}

describe('the columns of a repeated group', () => {
  test('are its fields and what it shows, with what is only computed left out', () => {
    assert.deepEqual(gridOf(FIELDS).map(({ label, isRequired, isConditional }) => [label, isRequired, isConditional]),
      [['类别', true, false], ['单价', false, false], ['金额', false, false], ['说明', false, true]]);
  });

  test('those of a group that is nothing to the eye stand among them', () => {
    const group = { id: 'part', type: 'group', components: FIELDS.slice(0, 2) };
    assert.deepEqual(gridOf([group, FIELDS[4]]).map(({ id }) => id), ['kind', 'price', 'why']);
  });

  test('there are none where a row holds rows, files or a framed group, or a single field', () => {
    for (const inner of ['dynamiclist', 'filepicker']) assert.equal(gridOf([...FIELDS, { id: 'inner', type: inner }]), null);
    assert.equal(gridOf([...FIELDS, { id: 'inner', type: 'group', showOutline: true, components: FIELDS.slice(0, 2) }]), null);
    assert.equal(gridOf([FIELDS[0]]), null);
  });

  test('have their totals in money and to the cent, also of what is computed', () => {
    const rows = [{ price: 0.1, amount: '1000.2' }, { price: 0.2, amount: null }, { price: '', amount: 34 }];
    assert.deepEqual([...totalsOf(gridOf(FIELDS), { components: FIELDS }, rows)], [['price', '¥0.30'], ['shown', '¥1,034.20']]);
    assert.equal(totalsOf(gridOf(FIELDS), { components: [FIELDS[0]] }, rows), null);
  });
});

describe('keys lead from cell to cell', () => {
  const input = (value, start, end = start, more = {}) => ({ tagName: 'INPUT', type: 'text', value, selectionStart: start, selectionEnd: end, classList: { contains: () => false }, ...more });
  const from = { row: 1, column: 2 };
  const to = (key, target, more = {}) => cellBeside({ key, target, ...more }, from);

  test('up, down and Enter from any line of text', () => {
    assert.deepEqual([to('ArrowUp', input('ab', 1)), to('ArrowDown', input('ab', 1)), to('Enter', input('ab', 1)), to('Enter', input('ab', 1), { shiftKey: true })],
      [{ row: 0, column: 2 }, { row: 2, column: 2 }, { row: 2, column: 2 }, { row: 0, column: 2 }]);
  });

  test('sideways only from the edge of a text, or of one that is selected whole', () => {
    assert.deepEqual(to('ArrowRight', input('ab', 2)), { row: 1, column: 3 });
    assert.deepEqual(to('ArrowLeft', input('ab', 0, 2)), { row: 1, column: 1 });
    assert.equal(to('ArrowRight', input('ab', 1)), null);
    assert.equal(to('ArrowLeft', input('ab', 1)), null);
  });

  test('what a choice or a longer text needs itself it keeps', () => {
    const choice = input('', 0, 0, { classList: { contains: (name) => name === 'fjs-select-hidden-input' } });
    assert.equal(to('ArrowDown', choice), null);
    assert.deepEqual(to('ArrowRight', choice), { row: 1, column: 3 });
    assert.equal(to('ArrowDown', input('a\nb', 0, 0, { tagName: 'TEXTAREA' })), null);
    assert.equal(to('Enter', input('a', 0, 0, { tagName: 'TEXTAREA' }), { shiftKey: true }), null);
    assert.equal(to('x', input('a', 1)), null);
  });
});

describe('what opens from a cell', () => {
  test('stands below it, above where there is no room, and never reaches out of sight', () => {
    assert.deepEqual(placeBeside({ top: 100, bottom: 140 }, 200, 800), { top: 140, most: 656 });
    assert.deepEqual(placeBeside({ top: 600, bottom: 640 }, 200, 700), { top: 400, most: 200 });
    assert.deepEqual(placeBeside({ top: 90, bottom: 130 }, 400, 230), { top: 130, most: 96 });
    assert.deepEqual(placeBeside({ top: 300, bottom: 340 }, 400, 400), { top: 4, most: 296 });
  });
});
