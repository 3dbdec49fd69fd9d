// An expression as a tree of plain arrays, [what, from, to, …], for readers that do not evaluate it: the
// deployment check infers kinds over it. `from` and `to` are characters of the expression.
//
//   num text · str value · bool value · null · at text · name name · input
//   path target property · call name arguments names · list items · context [[key, value]…] · range low high
//   cmp operator left right · between value low high · in value tests · test operator value
//   math operator left right · neg value · and left right · or left right · instance value
//   if condition yes no · quant loops condition · for loops body · function parameters body · filter target condition
//   tests negated tests (a cell) · other parts (anything else)
import { parts, squeeze } from './rewrite.js';

const DEEPEST = 100; // what lies deeper is anything

function unquoted(written) {
  try {
    return JSON.parse(written);
  } catch {
    return written.slice(1, -1);
  }
}

class Reader {
  constructor(source) {
    this.source = source;
    this.depth = 0;
  }

  text(node) {
    return this.source.slice(node.from, node.to);
  }

  node(what, node, ...rest) {
    return [what, node.from, node.to, ...rest];
  }

  read(node) {
    if (node.name === 'ParenthesizedExpression') return this.read(parts(node)[1]);
    if (this.depth === DEEPEST) return this.node('other', node, []);
    const rule = Object.hasOwn(rules, node.name) ? rules[node.name] : other;
    this.depth += 1;
    const found = rule(this, node, parts(node));
    this.depth -= 1;
    return found;
  }

  all(nodes) {
    return nodes.map((each) => this.read(each));
  }

  /** The loops of a for, some or every: [name, source] each, or [name, first, last]. */
  loops(node) {
    return parts(node).map((loop) => {
      const [name, , source] = parts(loop);
      return [squeeze(this.text(name)), ...this.all(parts(source))];
    });
  }

  call(node, name, parameters) {
    const given = parameters ? parts(parameters) : [];
    if (parameters?.name !== 'NamedParameters') return this.node('call', node, name, this.all(given), null);
    const [names, values] = [0, 1].map((place) => given.map((each) => parts(each)[place]));
    return this.node('call', node, name, this.all(values), names.map((each) => squeeze(this.text(each))));
  }

  tests(node) {
    return node.name === 'PositiveUnaryTests' ? this.all(parts(node)) : [this.read(node)];
  }
}

const other = (reader, node, kids) => reader.node('other', node, reader.all(kids));
const inside = (reader, node, kids) => reader.read(kids[0]);

const rules = {
  Expression: inside,
  PositiveUnaryTest: inside,
  NumericLiteral: (reader, node) => reader.node('num', node, reader.text(node)),
  StringLiteral: (reader, node) => reader.node('str', node, unquoted(reader.text(node))),
  BooleanLiteral: (reader, node) => reader.node('bool', node, reader.text(node) === 'true'),
  null: (reader, node) => reader.node('null', node),
  VariableName: (reader, node) => reader.node('name', node, squeeze(reader.text(node))),
  '?': (reader, node) => reader.node('input', node),
  PathExpression: (reader, node, [target, property]) => reader.node('path', node, reader.read(target), squeeze(reader.text(property))),
  FunctionInvocation(reader, node, [callee, , parameters]) {
    const isNamed = callee.name === 'VariableName' || callee.name === 'SpecialFunctionName';
    return isNamed ? reader.call(node, squeeze(reader.text(callee)), parameters) : other(reader, node, [callee, parameters]);
  },
  DateTimeLiteral(reader, node, [constructor, , parameters]) {
    if (constructor.name === 'AtLiteral') return reader.node('at', node, unquoted(reader.text(parts(constructor)[0])));
    return reader.call(node, squeeze(reader.text(constructor)), parameters);
  },
  PositionalParameters: other,
  Comparison(reader, node, [left, operator, ...rest]) {
    const value = reader.read(left);
    if (operator.name === 'CompareOp') return reader.node('cmp', node, reader.text(operator), value, reader.read(rest[0]));
    if (operator.name === 'between') return reader.node('between', node, value, reader.read(rest[0]), reader.read(rest[2]));
    return reader.node('in', node, value, reader.tests(rest[0].name === '(' ? rest[1] : rest[0]));
  },
  ArithmeticExpression(reader, node, kids) {
    if (kids.length === 2) return reader.node('neg', node, reader.read(kids[1]));
    return reader.node('math', node, reader.text(kids[1]), reader.read(kids[0]), reader.read(kids[2]));
  },
  Conjunction: (reader, node, [left, , right]) => reader.node('and', node, reader.read(left), reader.read(right)),
  Disjunction: (reader, node, [left, , right]) => reader.node('or', node, reader.read(left), reader.read(right)),
  IfExpression: (reader, node, [, condition, , yes, , no]) =>
    reader.node('if', node, reader.read(condition), reader.read(yes), no ? reader.read(no) : reader.node('null', node)),
  QuantifiedExpression: (reader, node, [, loops, , condition]) => reader.node('quant', node, reader.loops(loops), reader.read(condition)),
  ForExpression: (reader, node, [, loops, , body]) => reader.node('for', node, reader.loops(loops), reader.read(body)),
  FunctionDefinition(reader, node, kids) {
    const names = kids.filter((kid) => kid.name === 'FormalParameters').flatMap(parts).map((kid) => squeeze(reader.text(parts(kid)[0])));
    return reader.node('function', node, names, reader.read(kids.at(-1)));
  },
  FunctionBody: inside,
  Context(reader, node, kids) {
    const entries = kids.slice(1, -1).map((entry) => {
      const [key, value] = parts(entry);
      return [squeeze(reader.text(key)).replace(/^"(.*)"$/, '$1'), reader.read(value)];
    });
    return reader.node('context', node, entries);
  },
  List: (reader, node, kids) => reader.node('list', node, reader.all(kids.slice(1, -1))),
  FilterExpression: (reader, node, [target, , condition]) => reader.node('filter', node, reader.read(target), reader.read(condition)),
  InstanceOfExpression: (reader, node, [value]) => reader.node('instance', node, reader.read(value)),
  Interval: (reader, node, kids) => reader.node('range', node, reader.read(kids[1]), reader.read(kids[2])),
  SimplePositiveUnaryTest(reader, node, [first, second]) {
    return first.name === 'CompareOp' ? reader.node('test', node, reader.text(first), reader.read(second)) : reader.read(first);
  },
  UnaryTests(reader, node, kids) {
    const tests = kids.find((kid) => kid.name === 'PositiveUnaryTests');
    return reader.node('tests', node, kids[0]?.name === 'not', tests ? reader.all(parts(tests)) : []);
  },
};

/** The tree of a parsed expression, or of a cell. */
export const treeOf = (source, top) => new Reader(source).read(top);
