// From the expression somebody wrote to the expression feelin evaluates. Operators and functions
// whose behaviour feelin leaves too loose (a string compared with a date is false, 0.1 + 0.2 is
// 0.30000000000000004, `not` of a missing answer is true) become calls of ours: `a < b` is rewritten
// to `__.lt(a, b)`. On the way we learn which variables and functions the expression names.
import { parseExpression, parseUnaryTests, evaluate, unaryTest } from '@bpmn-io/feelin';
import { FUNCTION_NAMES, QUESTIONS, slug } from './functions.js';

const OPERATORS = {
  '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge',
  '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '**': 'pow', '^': 'pow',
};
const TESTS = new Set(['Comparison', 'Conjunction', 'Disjunction', 'QuantifiedExpression', 'InstanceOfExpression', 'BooleanLiteral']);
const PLAIN = new Set(['StringLiteral', 'BooleanLiteral', 'null', 'Key', 'ParameterName', 'Name']);
const TYPES = new Set([
  'Any', 'number', 'string', 'boolean', 'date', 'time', 'date and time', 'days and time duration', 'years and months duration',
  'list', 'context', 'function', 'range',
]);
/** The value under test in a cell; no variable can have this name. */
export const INPUT = '__input';

export const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

/** What is in a node, without comments and spaces. */
export function parts(node) {
  const result = [];
  for (let child = node.firstChild; child; child = child.nextSibling) if (!child.type.isSkipped) result.push(child);
  return result;
}

function unwrap(node) {
  while (node.name === 'ParenthesizedExpression') node = parts(node)[1];
  return node;
}

function contains(node, name) {
  return node.name === name || parts(node).some((child) => contains(child, name));
}

class Rewriter {
  constructor(source, strict) {
    this.source = source;
    this.strict = strict;
    this.locals = [];
    this.filters = 0;
    this.found = { names: new Set(), optional: new Set(), paths: new Set(), calls: new Set(), problems: [] };
  }

  text(node) {
    return this.source.slice(node.from, node.to);
  }

  problem(code, message, node) {
    this.found.problems.push({ code, message, offset: node.from });
  }

  within(names, work) {
    this.locals.push(...names);
    const result = work();
    this.locals.length -= names.length;
    return result;
  }

  /** The rewritten text of a node; a node without a rule keeps its text around its rewritten children. */
  emit(node) {
    if (PLAIN.has(node.name)) return this.text(node);
    return Object.hasOwn(rules, node.name) ? rules[node.name](this, node, parts(node)) : this.around(node);
  }

  around(node) {
    let [result, at] = ['', node.from];
    for (let child = node.firstChild; child; child = child.nextSibling) {
      result += this.source.slice(at, child.from) + (child.type.isSkipped ? ' ' : this.emit(child));
      at = child.to;
    }
    return result + this.source.slice(at, node.to);
  }

  call(name, ...args) {
    return `__.${name}(${args.join(', ')})`;
  }

  boolean(text) {
    return this.strict ? this.call('bool', text) : text;
  }

  variable(name, node) {
    if (name.startsWith('__')) this.problem('reserved_name', 'A name may not begin with two underscores', node);
    if (this.locals.includes(name)) return false;
    (this.filters > 0 ? this.found.optional : this.found.names).add(name);
    return true;
  }

  /** Several tests of one value: true as soon as one of them is. */
  anyOf(tests, value) {
    return tests.map((test) => this.test(test, value)).reduceRight((rest, test) => `(if ${test} then true else ${rest})`, 'false');
  }

  test(node, value) {
    if (node.name === 'PositiveUnaryTest') node = parts(node)[0];
    if (node.name === 'SimplePositiveUnaryTest') return this.simpleTest(parts(node), value);
    return value === INPUT ? this.inputTest(node) : this.call('among', value, this.emit(node));
  }

  /** A whole expression as the test of a cell: an answer of its own, or something to compare the input with. */
  inputTest(node) {
    const { name } = unwrap(node);
    if (!this.strict) return this.call('hides', this.emit(node));
    if (name === 'BooleanLiteral') return this.call('among', INPUT, this.emit(node));
    if (TESTS.has(name) || contains(node, '?')) return this.boolean(this.emit(node));
    return this.call('cell', INPUT, this.emit(node));
  }

  simpleTest([first, second], value) {
    if (first.name === 'CompareOp') return this.call(OPERATORS[this.text(first)], value, this.emit(second));
    const [open, low, high, close] = parts(first);
    const above = this.call(this.text(open) === '[' ? 'ge' : 'gt', value, this.emit(low));
    const below = this.call(this.text(close) === ']' ? 'le' : 'lt', value, this.emit(high));
    return `(if ${above} then ${below} else false)`;
  }
}

/** The dotted path of a plain chain of names (dossier.budget.total), or null. */
function dotted(writer, node) {
  if (node.name === 'VariableName') return squeeze(writer.text(node));
  if (node.name !== 'PathExpression') return null;
  const [target, property] = parts(node);
  const start = dotted(writer, target);
  return start && `${start}.${squeeze(writer.text(property))}`;
}

function inExpressions(writer, node, body) {
  const names = [];
  const loops = parts(node).map((loop) => {
    const [name, , source] = parts(loop);
    const text = `${writer.text(name)} in ${writer.within(names, () => writer.emit(source))}`;
    names.push(squeeze(writer.text(name)));
    return text;
  });
  return [loops.join(', '), writer.within(names, body)];
}

/** Elements are boxed on their way through a filter: feelin's own drops every element that is false. */
function selection(writer, target, condition) {
  return writer.call('unbox', `${writer.call('box', writer.emit(target))}[${condition} = true]`);
}

function filter(writer, target, condition) {
  const bare = unwrap(condition);
  if (bare.name === 'SimplePositiveUnaryTest') {
    return selection(writer, target, writer.within(['item'], () => writer.simpleTest(parts(bare), 'item')));
  }
  if (TESTS.has(bare.name)) {
    writer.filters++;
    const test = writer.within(['item'], () => writer.boolean(writer.emit(condition)));
    writer.filters--;
    return selection(writer, target, test);
  }
  if (bare.name === 'FunctionInvocation' && QUESTIONS.has(squeeze(writer.text(parts(bare)[0])))) {
    writer.problem('bare_call', 'A call alone in a filter keeps everything: compare it, as in [list contains(x, item) = true]', condition);
  }
  const position = writer.emit(condition);
  return `${writer.emit(target)}[${writer.strict ? writer.call('index', position) : position}]`;
}

const rules = {
  LineComment: () => ' ',
  BlockComment: () => ' ',

  VariableName(writer, node) {
    const name = squeeze(writer.text(node));
    writer.variable(name, node);
    return writer.text(node);
  },

  PathExpression(writer, node, [target, property]) {
    const isWhole = node.parent.name !== 'PathExpression';
    const path = isWhole ? dotted(writer, node) : null;
    if (path && !writer.locals.includes(path.split('.')[0])) writer.found.paths.add(path);
    return `${writer.emit(target)}.${writer.text(property)}`;
  },

  NumericLiteral(writer, node) {
    const text = writer.text(node);
    if (Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) return text;
    writer.problem('number', 'A number is too large to be exact', node);
    return 'null';
  },

  '?': () => INPUT,

  FunctionInvocation(writer, node, [callee, ...rest]) {
    const name = squeeze(writer.text(callee));
    const parameters = rest.map((part) => writer.emit(part)).join('');
    if (callee.name === 'PathExpression' || writer.locals.includes(name)) return writer.emit(callee) + parameters;
    if (callee.name !== 'VariableName' && callee.name !== 'SpecialFunctionName') return `(${writer.emit(callee)})${parameters}`;
    writer.found.calls.add(name);
    if (FUNCTION_NAMES.has(name)) return `__.${slug(name)}${parameters}`;
    writer.problem('unknown_function', `There is no function ${name}()`, callee);
    return `null${parameters}`;
  },

  DateTimeLiteral(writer, node, [constructor, ...rest]) {
    if (constructor.name === 'AtLiteral') return `__.${slug('@')}(${writer.text(parts(constructor)[0])})`;
    const name = squeeze(writer.text(constructor));
    writer.found.calls.add(name);
    return `__.${slug(name)}${rest.map((part) => writer.emit(part)).join('')}`;
  },

  Comparison(writer, node, [left, operator, ...rest]) {
    const value = writer.emit(left);
    if (operator.name === 'CompareOp') return writer.call(OPERATORS[writer.text(operator)], value, writer.emit(rest[0]));
    if (operator.name === 'between') return writer.call('within', value, writer.emit(rest[0]), writer.emit(rest[2]));
    const tests = rest[0].name === '(' ? parts(rest[1]) : [rest[0]];
    return writer.anyOf(tests, value);
  },

  ArithmeticExpression(writer, node, kids) {
    if (kids.length === 2) return writer.call('neg', writer.emit(kids[1]));
    const [left, operator, right] = kids;
    return writer.call(OPERATORS[writer.text(operator)], writer.emit(left), writer.emit(right));
  },

  // Left to right, and only as far as needed: `x != null and x > 5` does not compare null.
  Conjunction(writer, node, [left, , right]) {
    const [first, second] = [writer.emit(left), writer.emit(right)];
    return writer.strict ? `(if ${writer.boolean(first)} then ${writer.boolean(second)} else false)` : `(${first} and ${second})`;
  },
  Disjunction(writer, node, [left, , right]) {
    const [first, second] = [writer.emit(left), writer.emit(right)];
    return writer.strict ? `(if ${writer.boolean(first)} then true else ${writer.boolean(second)})` : `(${first} or ${second})`;
  },

  IfExpression(writer, node, [, condition, , yes, , no]) {
    const otherwise = no ? writer.emit(no) : 'null';
    return `(if ${writer.boolean(writer.emit(condition))} then ${writer.emit(yes)} else ${otherwise})`;
  },

  QuantifiedExpression(writer, node, [quantifier, loops, , condition]) {
    const [heads, body] = inExpressions(writer, loops, () => writer.boolean(writer.emit(condition)));
    return `(${writer.text(quantifier)} ${heads} satisfies ${body})`;
  },

  ForExpression(writer, node, [, loops, , body]) {
    const [heads, result] = inExpressions(writer, loops, () => writer.within(['partial'], () => writer.emit(body)));
    return `(for ${heads} return ${result})`;
  },

  IterationContext(writer, node, [first, last]) {
    if (last) return `${writer.call('whole', writer.emit(first))}..${writer.call('whole', writer.emit(last))}`;
    return writer.strict ? writer.call('list', writer.emit(first)) : writer.emit(first);
  },

  FunctionDefinition(writer, node, kids) {
    const names = kids.filter((kid) => kid.name === 'FormalParameters').flatMap(parts).map((kid) => squeeze(writer.text(parts(kid)[0])));
    const body = kids.at(-1);
    return `(function(${names.join(', ')}) ${writer.within(names, () => writer.emit(body))})`;
  },

  Context(writer, node, kids) {
    const names = [];
    const entries = kids.slice(1, -1).map((entry) => {
      const [key, value] = parts(entry);
      const text = `${writer.text(key)}: ${writer.within(names, () => writer.emit(value))}`;
      names.push(squeeze(writer.text(key)).replace(/^"(.*)"$/, '$1'));
      return text;
    });
    return `{${entries.join(', ')}}`;
  },

  FilterExpression: (writer, node, [target, , condition]) => filter(writer, target, condition),

  InstanceOfExpression(writer, node, [value, , , type]) {
    const name = squeeze(writer.text(type)).replace(/\s*([<>])\s*/g, '$1');
    if (!TYPES.has(name.replace(/^(?:list<)*([^<>]+)>*$/, '$1'))) {
      writer.problem('unknown_type', `There is no type ${name}`, type);
      return 'null';
    }
    return writer.call('typed', writer.emit(value), `"${name}"`);
  },

  ParenthesizedExpression: (writer, node, kids) => `(${writer.emit(kids[1])})`,

  UnaryTests(writer, node, kids) {
    const tests = kids.find((kid) => kid.name === 'PositiveUnaryTests');
    if (!tests) return 'true';
    const any = writer.anyOf(parts(tests), INPUT);
    return kids[0].name === 'not' ? `(if ${any} then false else true)` : any;
  },
};

function hasError(tree) {
  let found = false;
  tree.iterate({ enter: (node) => { found ||= node.type.isError; } });
  return found;
}

function syntaxProblem(source, unary) {
  try {
    (unary ? unaryTest : evaluate)(source, {});
  } catch (error) {
    return { code: 'syntax', message: error.message, offset: error.position?.from ?? 0 };
  }
  return { code: 'syntax', message: 'This is not a FEEL expression', offset: 0 };
}

function refuseQuestionMark(writer, node) {
  if (contains(node, '?')) writer.problem('question_mark', '? stands for the value under test, in decision tables alone', node);
}

/**
 * Read an expression (or, with `unary`, a cell of a decision table).
 * Returns {text, top, names, optional, paths, calls, problems}: `text` is null when there is no expression to
 * evaluate; `top` is the node it was parsed to; `optional` are names used in filters alone, where they may be entries of the list's elements.
 */
export function rewrite(source, { unary = false, strict = true } = {}) {
  const writer = new Rewriter(source, strict);
  if (unary && source.trim() === '') return { text: 'true', ...writer.found };
  const tree = unary ? parseUnaryTests(source) : parseExpression(source);
  if (hasError(tree)) return { text: null, ...writer.found, problems: [syntaxProblem(source, unary)] };
  if (!unary) refuseQuestionMark(writer, tree.topNode);
  const text = writer.emit(tree.topNode);
  for (const name of writer.found.names) writer.found.optional.delete(name);
  return { text, top: tree.topNode, ...writer.found };
}
