import './page.mjs';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byElement } from '../../service/assets/diagram/marks.js';
import { refuse } from '../../service/assets/form/refusal.js';
import { at, places, put } from '../../service/assets/form/places.js';

const FIELDS = {
  name: { key: 'name', label: '活动名称 {{hint}}' },
  lines: { type: 'dynamiclist', path: 'lines', label: '明细' },
  amount: { key: 'amount', label: '' },
  heading: { type: 'text' },
};
const INSTANCES = [
  { id: 'name', valuePath: ['name'] },
  { id: 'lines', valuePath: ['lines'] },
  { id: 'amount', valuePath: ['lines', 1, 'amount'], indexes: { lines: 1 } },
  { id: 'heading', valuePath: [] },
];
const services = { formFieldRegistry: { get: (id) => FIELDS[id] }, formFieldInstanceRegistry: { getAll: () => INSTANCES } };
const form = { _id: 'f', get: (name) => services[name] };

describe('places of a form', () => {
  test('are its fields and lists, each with path, label and where its error goes', () => {
    const found = places(form).map(({ path, label, errorPath, domId }) => ({ path, label, errorPath, domId }));

    assert.deepEqual(found, [
      { path: 'name', label: '活动名称', errorPath: ['name'], domId: 'fjs-form-f-name' },
      { path: 'lines', label: '明细', errorPath: ['lines'], domId: 'fjs-form-f-lines' },
      { path: 'lines.1.amount', label: '第 2 行 · amount', errorPath: ['amount', 1], domId: 'fjs-form-f-amount_1' },
    ]);
  });

  test('a value is found at its path, or nothing', () => {
    assert.equal(at({ a: [{ b: 5 }] }, ['a', 0, 'b']), 5);
    assert.deepEqual([at({ a: null }, ['a', 'b']), at({}, ['a', 'b']), at({ a: 0 }, ['a'])], [undefined, undefined, 0]);
  });

  test('a value is put at its path, beside what is there', () => {
    const errors = { a: { 0: ['old'] } };
    put(errors, ['a', 1], ['new']);
    put(errors, ['b'], ['other']);
    assert.deepEqual(errors, { a: { 0: ['old'], 1: ['new'] }, b: ['other'] });
  });
});

describe('a file is refused before it is sent', () => {
  const file = (name, size = 10) => ({ name, size });

  test('where it is too large', () => {
    assert.match(refuse(file('a.pdf', 1048577), '', 1048576), /a\.pdf.*1 MB/);
    assert.equal(refuse(file('a.pdf', 1048576), '', 1048576), null);
  });

  test('where its ending is not asked for', () => {
    assert.match(refuse(file('a.exe'), '.pdf, .png', 100), /\.pdf \.png/);
    for (const name of ['a.pdf', 'A.PDF', 'b.tar.png']) assert.equal(refuse(file(name), '.pdf, .PNG', 100), null);
  });

  test('kinds named otherwise are left to the server', () => assert.equal(refuse(file('a.exe'), 'image/*', 100), null));
});

test('findings are gathered by element; those of the whole file have none', () => {
  const [first, second, whole] = [{ element: 'a', code: 1 }, { element: 'a', code: 2 }, { element: '' }];

  assert.deepEqual([...byElement([first, whole, second])], [['a', [first, second]]]);
});
