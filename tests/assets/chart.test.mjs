// What a chart reads off its table, and how values read on its axes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, shown } from '../../service/assets/chart/reading.js';

function cell(textContent, dataset = {}) {
  return { textContent, dataset };
}

function table(heads, ...rows) {
  return { tHead: { rows: [{ cells: heads }] }, tBodies: [{ rows: rows.map((cells) => ({ cells })) }] };
}

test('a chart shows the marked columns, exact values, and nothing where there are no data', () => {
  const heads = [cell('日期'), cell('抖音', { kind: 'ratio', series: 'measured' }), cell('合计', { kind: 'ratio' }), cell('目标', { kind: 'ratio', series: 'target' })];
  const found = read(table(
    heads,
    [cell(' 2026-11-14 '), cell('3.61', { value: '3.611111' }), cell('3.61', { value: '3.6' }), cell('3.00', { value: '3' })],
    [cell('2026-11-15'), cell('—'), cell('—'), cell('3.00', { value: '3' })],
  ));

  assert.deepEqual(found.categories, ['2026-11-14', '2026-11-15']);
  assert.deepEqual(found.series, [
    { name: '抖音', kind: 'ratio', isTarget: false, values: [3.611111, null] },
    { name: '目标', kind: 'ratio', isTarget: true, values: [3, 3] },
  ]);
});

test('a column without any data is not drawn', () => {
  const heads = [cell('日期'), cell('抖音', { kind: 'money', series: 'measured' })];

  assert.deepEqual(read(table(heads, [cell('2026-11-14'), cell('—')])).series, []);
});

test('axes read as people read them', () => {
  assert.equal(shown(0.024, 'share', 'zh-CN'), '2.4%');
  assert.equal(shown(189700, 'money', 'zh-CN'), '19万');
  assert.equal(shown(3.611111, 'ratio', 'zh-CN'), '3.61');
});
