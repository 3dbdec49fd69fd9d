import './page.mjs';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { el, size } from '../../service/assets/lib/dom.js';
import { colon, t } from '../../service/assets/lib/i18n.js';
import zh from '../../service/assets/lib/zh.js';

const ASSETS = new URL('../../service/assets/', import.meta.url).pathname;
const sources = readdirSync(ASSETS, { recursive: true }).filter((name) => name.endsWith('.js') && !name.endsWith('zh.js'));
const read = (name) => readFileSync(join(ASSETS, name), 'utf8');

describe('texts', () => {
  test('every text a script shows has its Chinese twin', () => {
    const shown = sources.flatMap((name) => [...read(name).matchAll(/\bt\('((?:[^'\\]|\\.)+)'/g)].map(([, text]) => text));

    assert.ok(shown.length > 40);
    assert.deepEqual(shown.filter((text) => !Object.hasOwn(zh, text)), []);
  });

  test('a twin has the same blanks to fill', () => {
    const blanks = (text) => [...text.matchAll(/{[^}]+}/g)].map(([blank]) => blank).sort();
    for (const [english, chinese] of Object.entries(zh)) assert.deepEqual(blanks(chinese), blanks(english), english);
  });

  test('blanks are filled, and unknown ones left alone', () => {
    assert.equal(t('Row {row}', { row: 3 }), '第 3 行');
    assert.equal(t('No such text {a} {b}', { a: 0 }), 'No such text 0 {b}');
    assert.equal(colon, '：');
  });
});

describe('elements', () => {
  test('have classes, attributes, listeners and children', () => {
    const press = () => {};
    const node = el('button.btn.small', { type: 'button', hidden: true, disabled: false, title: null, value: 0, onclick: press }, 'Send', null, false, 0);

    assert.deepEqual([node.tag, node.className], ['button', 'btn small']);
    assert.deepEqual(node.attributes, { type: 'button', hidden: '', value: '0' });
    assert.deepEqual([node.listeners.click, node.children], [press, ['Send', 0]]);
  });
});

for (const [bytes, text] of [[0, '1 KB'], [1500, '1 KB'], [1600, '2 KB'], [1048576, '1 MB'], [1572864, '1.5 MB'], [20971520, '20 MB']]) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(size(bytes), text));
}
