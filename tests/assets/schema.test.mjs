import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect, walk } from '../../service/assets/feel/schema.js';

const text = (key, more = {}) => ({ type: 'textfield', id: `f_${key}`, key, ...more });
const findings = (...components) => inspect({ components }).map(({ code, field }) => `${code} ${field}`.trim());

describe('the walk', () => {
  const list = { type: 'dynamiclist', path: 'lines', components: [text('b'), { type: 'group', components: [text('c')] }] };
  const visited = (visit) => {
    const seen = [];
    walk([text('a'), list, text('d')], 0, (field, depth) => {
      seen.push([field.key ?? field.type, depth]);
      return visit(field, depth);
    });
    return seen;
  };

  test('visits every component in order, what is inside after its holder', () => {
    assert.deepEqual(visited((field, depth) => depth + 1), [['a', 0], ['dynamiclist', 0], ['b', 1], ['group', 1], ['c', 2], ['d', 0]]);
  });

  test('leaves out what is inside where the visitor says so', () => {
    assert.deepEqual(visited(() => null).map(([key]) => key), ['a', 'dynamiclist', 'd']);
  });

  test('a field that is no holder holds nothing', () => {
    const seen = [];
    walk([{ ...text('a'), components: [text('b')] }], {}, (field, holder) => seen.push(field.key) && holder);
    assert.deepEqual(seen, ['a']);
  });
});

describe('a form is refused for', () => {
  const cases = {
    'having no components': [null, ['components']],
    'a hole among its components': [[null], ['components']],
    'a component that runs code': [[{ type: 'html', id: 'h' }], ['forbidden h']],
    'a component nobody knows': [[{ type: 'sparkline', id: 's' }], ['unknown_type s']],
    'a field without a key': [[{ type: 'textfield', id: 'x' }], ['no_key x']],
    'a key used twice': [[text('a'), text('a', { id: 'f_b' })], ['duplicate_key f_b']],
    'an id used twice': [[text('a'), { type: 'group', id: 'g', components: [text('b', { id: 'f_a' })] }], ['duplicate_id f_a']],
    'a key of ours': [[text('__a')], ['reserved_key f___a']],
    'a key that means something else in expressions': [[text('value')], ['reserved_key f_value']],
    'a list without a path': [[{ type: 'dynamiclist', id: 'l', components: [] }], ['no_path l']],
    'a list that holds no list': [[{ type: 'dynamiclist', id: 'l', path: 'l', components: 'x' }], ['components']],
    'a choice of nothing': [[{ type: 'select', id: 's', key: 's' }], ['no_options s']],
    'a button of its own': [[{ type: 'button', id: 'b', action: 'launch' }], ['button b']],
    'a broken pattern': [[text('a', { validate: { pattern: '(' } })], ['pattern f_a']],
    'a computed field that does not parse': [[{ type: 'expression', id: 'e', key: 'e', expression: '=a +' }], ['expression e']],
    'a condition without its equals sign': [[text('a', { conditional: { hide: 'b = 1' } })], ['no_equals f_a']],
    'a rule that does not parse': [[text('a', { properties: { assert: 'value >' } })], ['expression f_a']],
    'a misspelt rule': [[text('a', { properties: { requiredif: 'true' } })], ['unknown_rule f_a']],
    'a rule that is no text': [[text('a', { properties: { warn: 1 } })], ['expression f_a']],
  };
  for (const [name, [components, expected]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(inspect({ components }).map(({ code, field }) => `${code} ${field}`.trim()), expected));
  }
});

describe('a form may', () => {
  test('use a key again in the rows of a list, and in a group with a path', () => {
    const list = { type: 'dynamiclist', path: 'lines', components: [text('a', { id: 'row_a' }), text('value')] };
    assert.deepEqual(findings(text('a'), list, { type: 'group', path: 'g', components: [text('a', { id: 'g_a' })] }), []);
  });

  test('have buttons to submit and to reset, also one that does not say', () => {
    assert.deepEqual(findings({ type: 'button', action: 'submit' }, { type: 'button', action: 'reset' }, { type: 'button' }), []);
  });

  test('compute its limits and its choices', () => {
    assert.deepEqual(findings({ type: 'number', key: 'n', validate: { max: '=limit * 2' } }, { type: 'select', key: 's', valuesExpression: '=names' }), []);
  });
});
