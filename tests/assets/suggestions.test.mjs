// What is suggested while a name or a campaign's number is typed.
import assert from 'node:assert/strict';
import test from 'node:test';
import './page.mjs';
import { campaigns, colleagues, sourceOf } from '../../service/assets/form/suggesting.js';

const URLS = { people: '/people', cases: '/api/v1/process-instances' };

test('a name goes with its department, and with the initials it was found by', () => {
  const found = colleagues([{ display_name: '周衡', department: '法务部' }], 'zh');

  assert.deepEqual(found, [{ value: '周衡', label: '法务部 · zh' }]);
  assert.deepEqual(colleagues([{ display_name: '周衡', department: null }], '周'), [{ value: '周衡', label: '' }]);
});

test('a campaign is suggested once, by its number', () => {
  const found = campaigns([{ business_key: '1', name: '春茶' }, { business_key: '1', name: '日报' }, { business_key: null }]);

  assert.deepEqual(found, [{ value: '1', label: '春茶' }]);
});

test('only a field that is marked suggests', () => {
  assert.equal(sourceOf({}, URLS), null);
  assert.equal(sourceOf({ suggest: 'people' }, {}), null);
  assert.equal(typeof sourceOf({ suggest: 'people' }, URLS), 'function');
  assert.equal(typeof sourceOf({ refersTo: 'case' }, URLS), 'function');
});
