// The entry of the server's isolate: one function, JSON in and out.
import { analyse, evaluate, setCalendar, setCompany, setNow, unaryTest } from './engine.js';
import { FeelProblem, decode, encode, scrub } from './codec.js';
import { check, prepare } from './forms.js';
import { inspect } from './schema.js';

const MOST_FORMS = 300;
const forms = new Map();

const decodeAll = (entries) => Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, decode(value)]));

function answer(work) {
  try {
    return { v: work() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { e: error.message, c: error instanceof FeelProblem ? error.code : 'evaluation' };
  }
}

const kinds = {
  expression: ([, source, variables]) => evaluate(source, decodeAll(variables)),
  unary: ([, source, variables, value]) => unaryTest(source, decode(value), decodeAll(variables)),
};

/** A form's schema crosses once; afterwards its hash will do. */
function prepared({ hash, schema }) {
  if (!forms.has(hash) && schema) {
    if (forms.size >= MOST_FORMS) forms.clear();
    forms.set(hash, prepare(schema));
  }
  return forms.get(hash);
}

function form(request) {
  const tree = prepared(request);
  if (!tree) return { unknown: true };
  const { data, errors, warnings } = check(tree, scrub(request.answers), scrub(request.inputs));
  return { data: encode(data), errors, warnings };
}

const requests = {
  calendar: ({ table }) => setCalendar(table),
  batch: ({ calls }) => calls.map((call) => answer(() => encode(kinds[call[0]](call)))),
  parse: ({ sources }) => sources.map(([source, unary]) => analyse(source, unary)),
  form,
  inspect: ({ schemas }) => schemas.map((schema) => answer(() => inspect(schema))),
};

globalThis.countersign = (text) => {
  const request = JSON.parse(text);
  setNow(request.now ?? null);
  setCompany(request.company ?? null);
  return JSON.stringify(answer(() => requests[request.request](request) ?? null));
};
