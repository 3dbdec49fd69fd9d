import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { reader } from '../../service/assets/feel/engine.js';
import { checkField, settle } from '../../service/assets/feel/fields.js';
import { check, prepare } from '../../service/assets/feel/forms.js';
import { broken, isBlank, isMissing, isRequiredNow, rulesOf } from '../../service/assets/feel/rules.js';
import { setNow } from '../../service/assets/feel/temporal.js';

const nothing = reader({});
const codes = (field, value, read = nothing) => checkField(field, value, read).map(({ code }) => code);

afterEach(() => setNow(null));

describe('a field', () => {
  setNow(Date.UTC(2026, 2, 2, 4));
  const cases = [
    [{ type: 'textfield' }, 5, ['text']],
    [{ type: 'textfield', validate: { required: true } }, '  ', ['required']],
    [{ type: 'textfield', validate: { minLength: 3 } }, ' ab ', ['minLength']],
    [{ type: 'textfield', validate: { minLength: 2, maxLength: 2 } }, ' ab ', []],
    [{ type: 'textfield', validate: { maxLength: 2 } }, 'abc', ['maxLength']],
    [{ type: 'textfield', validate: { maxLength: '' } }, 'abc', []],
    [{ type: 'textfield', validate: { pattern: '^\\d+$' } }, 'x', ['pattern']],
    [{ type: 'textfield', validate: { validationType: 'email' } }, 'lin@example', []],
    [{ type: 'textfield', validate: { validationType: 'email' } }, 'lin example', ['email']],
    [{ type: 'textfield', validate: { validationType: 'phone' } }, '+8613800138000', []],
    [{ type: 'textfield', validate: { validationType: 'phone' } }, '13800138000', ['phone']],
    [{ type: 'textfield', validate: { validationType: 'constructor' } }, 'x', []],
    [{ type: 'number' }, '5', ['number']],
    [{ type: 'number', serializeToString: true }, '5.25', []],
    [{ type: 'number', serializeToString: true }, '5,25', ['number']],
    [{ type: 'number' }, 1e15 + 1, ['number']],
    [{ type: 'number' }, 1e15, []],
    [{ type: 'number', decimalDigits: 0 }, 1.5, ['integer']],
    [{ type: 'number', decimalDigits: 2 }, 1.005, ['decimals']],
    [{ type: 'number', increment: '0.1' }, 0.35, ['step']],
    [{ type: 'number', increment: '0.1' }, 0.3, []],
    [{ type: 'number', validate: { min: 1, max: 5 } }, 0, ['min']],
    [{ type: 'number', validate: { min: 1, max: 5 } }, 5, []],
    [{ type: 'number', validate: { max: 'much' } }, 1, ['max']],
    [{ type: 'checkbox', validate: { required: true } }, false, ['required']],
    [{ type: 'checkbox' }, 'yes', ['boolean']],
    [{ type: 'datetime', subtype: 'date' }, '2026-02-30', ['date']],
    [{ type: 'datetime', subtype: 'time' }, '9:30', []],
    [{ type: 'datetime', subtype: 'datetime' }, '2026-03-02', ['datetime']],
    [{ type: 'filepicker' }, ['a', 'b'], ['one_file']],
    [{ type: 'filepicker', multiple: true }, ['a', 'b'], []],
    [{ type: 'filepicker' }, [5], ['files']],
    [{ type: 'select', values: [{ value: 'a' }] }, 'b', ['option']],
    [{ type: 'select', values: [{ value: 'a' }] }, ['a'], ['option']],
    [{ type: 'taglist', values: [{ value: 'a' }] }, 'a', ['list']],
    [{ type: 'checklist', values: [{ value: 'a' }, { value: 'b' }] }, ['a', 'b'], []],
    [{ type: 'radio', values: [{ label: 'only a label' }] }, 'only a label', []],
  ];
  for (const [field, value, expected] of cases) {
    test(`${JSON.stringify(field)} with ${JSON.stringify(value)}: ${expected.join(', ') || 'right'}`, () => assert.deepEqual(codes(field, value), expected));
  }

  test('takes limits and choices that are computed', () => {
    const read = reader({ limit: 10, names: ['林悦'] });
    assert.deepEqual(codes({ type: 'number', validate: { max: '=limit * 2' } }, 21, read), ['max']);
    assert.deepEqual(codes({ type: 'select', valuesExpression: '=names' }, '周衡', read), ['option']);
    assert.deepEqual(codes({ type: 'select', valuesKey: 'names' }, '林悦', read), []);
  });

  test('refuses a day that is over where the form says so', () => {
    setNow(Date.UTC(2026, 2, 2, 4));
    const field = { type: 'datetime', subtype: 'date', disallowPassedDates: true };
    assert.deepEqual([codes(field, '2026-03-01'), codes(field, '2026-03-02')], [['past'], []]);
  });

  test('settles what was handed in', () => {
    assert.deepEqual([settle({ type: 'checkbox' }, undefined), settle({ type: 'textfield' }, 5), settle({ type: 'number' }, 5), settle({ type: 'number' }, undefined)], [false, '5', 5, null]);
  });
});

describe('rules of a form’s author', () => {
  const rules = rulesOf({ properties: { assert: 'value > 1', assertMessage: 'more than one', assert2: '=value < limit', warn3: 'value < 4', requiredIf: 'needed' } });

  test('are read by number, each with its message', () => {
    assert.deepEqual(rules.asserts, [{ rule: 'value > 1', message: 'more than one' }, { rule: '=value < limit', message: null }]);
    assert.deepEqual(rules.warns, [{ rule: 'value < 4', message: null }]);
  });

  test('an empty field breaks none', () => assert.deepEqual(broken(rules.asserts, null, nothing), []));
  test('a rule that cannot be told is broken', () => assert.equal(broken(rules.asserts, 5, nothing).length, 1));
  test('both are told', () => assert.equal(broken(rules.asserts, 0, reader({ limit: 0 })).length, 2));
  test('a field is mandatory while its condition is true, not while it is unknown', () => {
    assert.deepEqual([reader({ needed: true }), reader({ needed: false }), nothing].map((read) => isRequiredNow(rules, null, read)), [true, false, false]);
  });
  test('blank is null, nothing, spaces, an empty list; false and zero are answers', () => {
    assert.deepEqual([null, undefined, ' ', [], false, 0, {}].map(isBlank), [true, true, true, true, false, false, false]);
    assert.equal(isMissing({ type: 'checkbox' }, false), true);
    assert.equal(isMissing({ type: 'number' }, 0), false);
  });
});

describe('a whole form', () => {
  const schema = {
    components: [
      { type: 'number', key: 'price' },
      { type: 'number', key: 'count', conditional: { hide: '=price = null' } },
      { type: 'expression', key: 'sum', expression: '=times(price, count)' },
      { type: 'textfield', key: 'owner', readonly: true },
      { type: 'dynamiclist', path: 'lines', components: [{ type: 'number', key: 'n', properties: { assert: 'value < parent.price', assertMessage: 'too much' } }] },
    ],
  };
  const tree = prepare(schema);

  test('computes, and listens neither to computed nor to locked nor to unknown fields', () => {
    const { data, errors } = check(tree, { price: 1.1, count: 3, sum: 99, owner: 'me', other: 1, lines: [] }, { owner: '林悦' });

    assert.deepEqual(data, { price: 1.1, count: 3, sum: 3.3, owner: '林悦', lines: [] });
    assert.deepEqual(errors, []);
  });

  test('leaves out what is hidden', () => assert.equal('count' in check(tree, { count: 3 }, {}).data, false));
  test('names the row of a broken rule', () => {
    assert.deepEqual(check(tree, { price: 5, count: 1, lines: [{ n: 1 }, { n: 9 }] }, {}).errors, [{ path: 'lines.1.n', code: 'assert', params: { message: 'too much' } }]);
  });
  test('refuses rows that are none, and too many', () => {
    assert.deepEqual(check(tree, { lines: 'x' }, {}).errors.map(({ path, code }) => [path, code]), [['lines', 'rows']]);
    assert.deepEqual(check(tree, { lines: Array(2001).fill({}) }, {}).errors.map(({ code }) => code), ['too_many_rows']);
  });
  test('gives up on sums that chase each other', () => {
    const chasing = prepare({ components: [{ type: 'expression', key: 'a', expression: '=if b = null then 1 else b + 1' }, { type: 'expression', key: 'b', expression: '=if a = null then 1 else a + 1' }] });
    assert.deepEqual(check(chasing, {}, {}).errors.map(({ code }) => code), ['unsettled']);
  });
});
