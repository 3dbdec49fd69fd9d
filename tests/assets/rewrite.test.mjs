import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rewrite } from '../../service/assets/feel/rewrite.js';

const names = (source, options) => [...rewrite(source, options).names].sort();
const text = (source, options) => rewrite(source, options).text;

describe('operators become calls of ours', () => {
  const cases = [
    ['a < b', '__.lt(a, b)'],
    ['a != null', '__.ne(a, null)'],
    ['a between 1 and 2', '__.within(a, 1, 2)'],
    ['1 + 2 * 3', '__.add(1, __.mul(2, 3))'],
    ['-a', '__.neg(a)'],
    ['a in (1, 2)', '(if __.among(a, 1) then true else (if __.among(a, 2) then true else false))'],
    ['a in [1..5)', '(if (if __.ge(a, 1) then __.lt(a, 5) else false) then true else false)'],
    ['a in > 5', '(if __.gt(a, 5) then true else false)'],
    ['a and b', '(if __.bool(a) then __.bool(b) else false)'],
    ['a or b', '(if __.bool(a) then true else __.bool(b))'],
    ['if a then 1 else 2', '(if __.bool(a) then 1 else 2)'],
    ['list[price > 5]', '__.unbox(__.box(list)[__.bool(__.gt(price, 5)) = true])'],
    ['list[1]', 'list[__.index(1)]'],
    ['for x in 1..n return x', '(for x in __.whole(1)..__.whole(n) return x)'],
    ['a instance of number', '__.typed(a, "number")'],
    ['@"2026-03-02"', '__.fn_at("2026-03-02")'],
    ['string length(a)', '__.fn_string_length(a)'],
  ];
  for (const [source, rewritten] of cases) test(`${source} → ${rewritten}`, () => assert.equal(text(source), rewritten));
});

describe('in forms nothing is demanded of an answer that is not there yet', () => {
  test('and, or', () => {
    assert.equal(text('a and b', { strict: false }), '(a and b)');
    assert.equal(text('a or b', { strict: false }), '(a or b)');
  });
  test('a hide condition', () => assert.equal(text('a = 1', { unary: true, strict: false }), '(if __.hides(__.eq(a, 1)) then true else false)'));
});

describe('cells', () => {
  const cases = [
    ['', 'true'],
    ['-', 'true'],
    ['5', '(if __.cell(__input, 5) then true else false)'],
    ['< 5', '(if __.lt(__input, 5) then true else false)'],
    ['true', '(if __.among(__input, true) then true else false)'],
    ['? > 5', '(if __.bool(__.gt(__input, 5)) then true else false)'],
    ['a > 5', '(if __.bool(__.gt(a, 5)) then true else false)'],
    ['not(1)', '(if (if __.cell(__input, 1) then true else false) then false else true)'],
    ['(1..5]', '(if (if __.gt(__input, 1) then __.le(__input, 5) else false) then true else false)'],
  ];
  for (const [source, rewritten] of cases) test(`“${source}” → ${rewritten}`, () => assert.equal(text(source, { unary: true }), rewritten));
});

describe('what an expression names', () => {
  test('variables, once each, by their first segment', () => {
    assert.deepEqual(names('a + b.c + a'), ['a', 'b']);
    assert.deepEqual([...rewrite('dossier.budget.total > 1').paths], ['dossier.budget.total']);
  });

  test('what is bound inside is not asked of anybody', () => {
    assert.deepEqual(names('for x in list return x + y'), ['list', 'y']);
    assert.deepEqual(names('some x in list satisfies x > limit'), ['limit', 'list']);
    assert.deepEqual(names('{ a: 1, b: a + c }.b'), ['c']);
    assert.deepEqual(names('function(x) x + y'), ['y']);
    assert.deepEqual(names('for x in xs, y in x return y + partial[1]'), ['xs']);
  });

  test('a name in a filter may be an entry of the elements', () => {
    const found = rewrite('list[price > limit]');

    assert.deepEqual([[...found.names], [...found.optional]], [['list'], ['price', 'limit']]);
    assert.deepEqual([...rewrite('limit + count(list[price > limit])').optional], ['price']);
  });

  test('functions, with spaces in their names', () => {
    assert.deepEqual([...rewrite('string length(upper case(a))').calls].sort(), ['string length', 'upper case']);
  });
});

describe('what is wrong', () => {
  const codes = (source, options) => rewrite(source, options).problems.map(({ code }) => code);
  const cases = [
    ['a +', ['syntax']],
    ['nothing(a)', ['unknown_function']],
    ['__secret', ['reserved_name']],
    ['? > 1', ['question_mark']],
    ['list[contains(item, "a")]', ['bare_call']],
    ['list[contains(item, "a") = true]', []],
    ['a.b.c(1)', []],
  ];
  for (const [source, expected] of cases) test(`${source}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(codes(source), expected));

  test('what cannot be read has no text', () => assert.equal(text('a +'), null));
  test('a problem says where', () => assert.equal(rewrite('1 + nothing(a)').problems[0].offset, 4));
  test('comments are dropped', () => assert.equal(text('1 + /* two */ 2 // three').trim(), '__.add(1, 2)'));
});
