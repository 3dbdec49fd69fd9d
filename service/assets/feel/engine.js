// Evaluating FEEL: every expression is rewritten and compiled once, then called like a function.
// feelin has no compiled form of its own, but a function it defines keeps its body parsed: so the
// expression becomes the body, its variables the parameters.
import { evaluate as feelin } from '@bpmn-io/feelin';
import { FeelProblem, plain } from './codec.js';
import { functions } from './functions.js';
import { kind } from './kinds.js';
import { operators } from './operators.js';
import { INPUT, rewrite } from './rewrite.js';
import { treeOf } from './tree.js';

export { setClock, setNow } from './temporal.js';
export { setCalendar, setCompany } from './workdays.js';
export { FUNCTION_NAMES } from './functions.js';
export { FeelProblem };

const MOST_CACHED = 2000; // about 32 kB each
const LONGEST = 20_000;
const SURELY_SHALLOW = 400; // characters

const fail = (message) => {
  throw new FeelProblem(message);
};
const shrug = () => null;

const libraries = {
  strict: { ...operators(fail), ...functions(fail, { gaps: false }) },
  lenient: { ...operators(shrug), ...functions(shrug, { gaps: true }) },
};

const cache = new Map();

function remember(key, make) {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    if (cache.size >= MOST_CACHED) cache.delete(cache.keys().next().value);
    cache.set(key, value);
  }
  return value;
}

export const stripEquals = (text) => text.replace(/^\s*=/, '');

const unusable = (code, message) => ({ names: [], optional: [], paths: [], calls: [], problems: [{ code, message, offset: 0 }] });
const TOO_LARGE = 'The expression is too large';

/** Do something with an expression that may be nested deeper than the stack or the parser go. */
function within(source, work) {
  if (source.length > LONGEST) return unusable('too_large', TOO_LARGE);
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) return unusable('too_large', TOO_LARGE);
    throw error;
  }
}

function compile(source, unary, mode) {
  return within(source, () => {
    const { text, ...found } = rewrite(source, { unary, strict: mode === 'strict' });
    if (text === null) return found;
    const parameters = [...found.names, ...found.optional];
    const { value, warnings } = feelin(`function(${['__', INPUT, ...parameters].join(', ')}) (${text}\n)`);
    return { ...found, top: null, parameters, call: value, warnings, library: libraries[mode] };
  });
}

function compiled(source, unary, mode) {
  return remember(`${unary ? 'u' : 'e'} ${mode} ${source}`, () => compile(source, unary, mode));
}

/** How an expression finds its variables: a function from a name to a value, undefined where there is none. */
export const reader = (variables) => (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);

/** Run a compiled expression; whatever feelin warned about stands in `warnings` afterwards. */
function run(program, read, input) {
  program.warnings.length = 0;
  const result = program.call.invoke([program.library, input, ...program.parameters.map(read)]);
  return result === undefined ? null : result;
}

/** feelin's warnings quote the data; a message of ours names kinds alone, for it may end up in a log. */
function warningText({ details: { template, values } }) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, kind(value)), template);
}

function reasonOf(error, warnings) {
  // The first warning names the cause (a variable that is not there); what failed later is its echo.
  if (warnings.length) return warningText(warnings[0]);
  if (error instanceof FeelProblem) return error.message;
  if (error instanceof RangeError) return TOO_LARGE;
  return error.message.startsWith('not implemented') ? `This is ${error.message}` : 'The expression cannot be evaluated';
}

function strictly(source, variables, unary, input) {
  const program = compiled(stripEquals(source), unary, 'strict');
  if (program.problems.length) throw new FeelProblem(program.problems[0].message, program.problems[0].code);
  let result;
  try {
    result = run(program, reader(variables), input);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new FeelProblem(reasonOf(error, program.warnings), error.code);
  }
  if (program.warnings.length) throw new FeelProblem(warningText(program.warnings[0]));
  return result;
}

/** The value of an expression. Throws FeelProblem where FEEL would only warn. */
export const evaluate = (source, variables) => strictly(source, variables, false, undefined);

/** Whether `value` passes a cell of a decision table. Throws FeelProblem. */
export function unaryTest(source, value, variables) {
  const result = strictly(source, variables, true, value);
  if (typeof result !== 'boolean') throw new FeelProblem('The cell is neither true nor false');
  return result;
}

function leniently(source, read, unary) {
  try {
    const program = compiled(stripEquals(source), unary, 'lenient');
    return program.call ? run(program, read, unary ? null : undefined) : null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error; // the limits of the isolate
  }
}

/**
 * The value of an expression of a form, null where it has none: forms are evaluated while half empty.
 * Dates and durations become their ISO text, which is what form fields hold. `read`: see reader.
 */
export const evaluateLeniently = (source, read) => plain(leniently(source, read, false));

/** A form's hide condition. form-js reads it as a test of null, so a condition that is null hides too. */
export const testLeniently = (source, read) => leniently(source, read, true) === true;

function readOnly(source, unary) {
  return within(source, () => {
    const { text, top, ...found } = rewrite(source, { unary });
    return { ...found, tree: top && text !== null ? treeOf(source, top) : null };
  });
}

/** An expression read without compiling it, unless it is long enough to be nested too deeply for that. */
function reading(source, unary) {
  if (source.length > SURELY_SHALLOW) {
    const { call, ...program } = compiled(source, unary, 'strict');
    if (!call) return program;
  }
  return remember(`${unary ? 'u' : 'e'} read ${source}`, () => readOnly(source, unary));
}

/** What an expression names, its tree, and what is wrong with it, without evaluating it. */
export function analyse(source, unary) {
  const { names, optional, paths, calls, problems, tree } = reading(stripEquals(source), unary);
  return { names: [...names], optional: [...optional], paths: [...paths], calls: [...calls], problems, tree: tree ?? null };
}
