// A form checked and recomputed: what form-js does in the browser, done again on what was handed in.
// Locked fields take their value from the inputs, computed ones from their expression, hidden ones
// count as unanswered, unknown ones do not exist.
import { evaluateLeniently, testLeniently } from './engine.js';
import { KEYED, checkField, settle } from './fields.js';
import { broken, isMissing, isRequiredNow, rulesOf } from './rules.js';
import { walk } from './schema.js';

const MOST_PASSES = 12;
const MOST_ROWS = 2000; // of all lists of a form together

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isExpression = (text) => typeof text === 'string' && text.startsWith('=');
const at = (object, key) => (isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined);

/** Read a schema once: a tree of {role: field | list | group, field, steps, hide, rules, children}. */
export function prepare(schema) {
  const form = { role: 'group', field: {}, steps: [], hide: null, rules: rulesOf({}), children: [] };
  walk(schema.components, form, (field, holder) => {
    const node = nodeOf(field);
    if (node) holder.children.push(node);
    return node;
  });
  return form;
}

function nodeOf(field) {
  const common = { field, hide: isExpression(field.conditional?.hide) ? field.conditional.hide : null, rules: rulesOf(field), children: [] };
  if (KEYED.has(field.type) && field.key) return { ...common, role: 'field', steps: field.key.split('.') };
  if (field.type !== 'group' && field.type !== 'dynamiclist') return null;
  return { ...common, role: field.type === 'group' ? 'group' : 'list', steps: field.path ? field.path.split('.') : [] };
}

const specials = (local) => ({ ...local, _this_: local.this, _parent_: local.parent, _i_: local.i });

/** Names as form-js resolves them: all data first, then this, parent and i. */
function scopeOf(view, local) {
  const named = specials(local);
  return (name) => (Object.hasOwn(view, name) ? view[name] : at(named, name));
}

/** An expression of one instance, reckoned again only when something it read may be another. */
class Reckoned {
  constructor(evaluate, source, read, isMade) {
    Object.assign(this, { evaluate, source, read, isMade, reads: null, result: null });
  }

  get value() {
    if (this.reads === null || !this.reads.every(([name, before]) => this.isAsBefore(name, before))) {
      this.reads = [];
      this.result = this.evaluate(this.source, (name) => this.note(name, this.read(name)));
    }
    return this.result;
  }

  note(name, value) {
    this.reads.push([name, value]);
    return value;
  }

  /** Rows and groups are filled while the form is reckoned; what was handed in stays as it is. */
  isAsBefore(name, before) {
    const value = this.read(name);
    return value === before && !this.isMade(value);
  }
}

/** One appearance of a node: a field of the form, or of one row of a list. */
class Instance {
  constructor(node, parent, place, read, isMade) {
    Object.assign(this, { node, parent, place, read, key: node.steps.at(-1), hidden: false, raw: null, rows: null });
    this.hide = node.hide === null ? null : new Reckoned(testLeniently, node.hide, read, isMade);
    this.computed = node.field.type === 'expression' ? new Reckoned(evaluateLeniently, node.field.expression, read, isMade) : null;
  }

  get field() {
    return this.node.field;
  }

  get value() {
    return this.place.view[this.key];
  }

  get path() {
    return [...this.place.path, this.key].join('.');
  }

  get isLocked() {
    const { disabled, readonly } = this.field;
    return disabled === true || readonly === true || (isExpression(readonly) && evaluateLeniently(readonly, this.read) === true);
  }

  /** Where the answer comes from: a locked field never listens to what was handed in. */
  handedIn() {
    return at(this.isLocked ? this.place.inputs : this.place.answers, this.key);
  }

  checkHidden() {
    const hidden = (this.parent?.hidden ?? false) || (this.hide?.value ?? false);
    const changed = hidden !== this.hidden;
    this.hidden = hidden;
    return changed;
  }

  current() {
    if (this.hidden) return null;
    if (this.node.role === 'list') return this.rows;
    return this.computed === null ? this.raw : this.computed.value;
  }

  /** Hide and compute anew; tells whether anything changed. */
  refresh() {
    let changed = this.checkHidden();
    if (this.node.role === 'group') return changed;
    const [value, before] = [this.current(), this.value];
    if (value !== before && !(typeof value === 'object' && JSON.stringify(value) === JSON.stringify(before))) {
      this.place.view[this.key] = value;
      changed = true;
    }
    return changed;
  }
}

class Form {
  constructor(tree, answers, inputs) {
    this.instances = [];
    this.problems = [];
    this.rowCount = 0;
    this.made = new WeakSet();
    this.isMade = (value) => this.made.has(value);
    this.view = { ...inputs };
    this.data = {};
    this.made.add(this.view);
    const root = { answers, inputs, view: this.view, out: this.data, path: [] };
    this.addAll(tree.children, null, root, { this: this.view, parent: null, i: [] });
  }

  addAll(nodes, parent, place, local) {
    const read = scopeOf(this.view, local);
    for (const node of nodes) this[node.role](node, parent, place, local, read);
  }

  field(node, parent, place, local, read) {
    const instance = new Instance(node, parent, this.descend(place, node.steps.slice(0, -1)), read, this.isMade);
    instance.raw = settle(node.field, instance.handedIn());
    instance.place.view[instance.key] = node.field.type === 'expression' ? null : instance.raw;
    this.instances.push(instance);
  }

  group(node, parent, place, local, read) {
    const instance = new Instance(node, parent, place, read, this.isMade);
    this.instances.push(instance);
    this.addAll(node.children, instance, this.descend(place, node.steps), local);
  }

  list(node, parent, place, local, read) {
    const instance = new Instance(node, parent, this.descend(place, node.steps.slice(0, -1)), read, this.isMade);
    this.instances.push(instance);
    instance.rowPlaces = this.rowsOf(instance).map((row, index) => this.row(instance, row, index));
    instance.rows = instance.rowPlaces.map((row) => row.view);
    this.made.add(instance.rows);
    instance.place.view[instance.key] = instance.rows;
    instance.rowPlaces.forEach((row, index) => {
      this.addAll(node.children, instance, row, { this: row.view, parent: local.this, i: [...local.i, index + 1] });
    });
  }

  row(instance, answers, index) {
    const inputs = at(instance.place.inputs, instance.key);
    const view = {};
    this.made.add(view);
    const path = [...instance.place.path, instance.key, index];
    return { answers, inputs: Array.isArray(inputs) ? inputs[index] : undefined, view, out: {}, path };
  }

  /** The rows handed in; where rows cannot be added or removed, as many as there were. */
  rowsOf(instance) {
    const given = instance.handedIn() ?? [];
    if (!Array.isArray(given) || !given.every(isObject)) return this.refuse(instance, 'rows');
    this.rowCount += given.length;
    if (this.rowCount > MOST_ROWS) return this.refuse(instance, 'too_many_rows', { max: MOST_ROWS });
    const before = at(instance.place.inputs, instance.key);
    if (instance.field.allowAddRemove !== false || !Array.isArray(before)) return given;
    return before.map((_, index) => given[index] ?? {});
  }

  refuse(instance, code, params = {}) {
    this.problems.push({ path: instance.path, code, params });
    return [];
  }

  /** Go down the steps of a dotted key or a group's path, making the contexts on the way. */
  descend(place, steps) {
    return steps.reduce((here, step) => {
      if (!this.made.has(here.view[step])) {
        here.view[step] = { ...at(here.inputs, step) };
        this.made.add(here.view[step]);
      }
      here.out[step] ??= {};
      return { answers: at(here.answers, step), inputs: at(here.inputs, step), view: here.view[step], out: here.out[step], path: [...here.path, step] };
    }, place);
  }

  /** Recompute until nothing changes any more. */
  compute() {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      let changed = false;
      for (const instance of this.instances) changed = instance.refresh() || changed;
      if (!changed) return;
    }
    this.problems.push({ path: '', code: 'unsettled', params: {} });
  }

  /** Top-level answers to hidden questions are left out; in rows and groups they are null. */
  collect() {
    for (const instance of this.instances) {
      if (instance.node.role === 'group') this.dropHidden(instance);
      else if (!instance.hidden) instance.place.out[instance.key] = this.answer(instance);
      else if (instance.place.out !== this.data) instance.place.out[instance.key] = null;
    }
    return this.data;
  }

  answer(instance) {
    if (instance.node.role === 'list') return instance.rowPlaces.map((row) => row.out);
    return instance.value === '' || instance.value === undefined ? null : instance.value;
  }

  dropHidden(instance) {
    if (instance.hidden && instance.node.steps.length && instance.place.out === this.data) delete this.data[instance.node.steps[0]];
  }

  validate() {
    const errors = [...this.problems];
    const warnings = [];
    for (const instance of this.instances) {
      if (instance.hidden || instance.node.role === 'group' || instance.field.disabled === true) continue;
      const report = (into) => ({ code, params = {} }) => into.push({ path: instance.path, code, params });
      this.errorsOf(instance).forEach(report(errors));
      broken(instance.node.rules.warns, instance.value, instance.read).forEach(({ message }) => report(warnings)({ code: 'warn', params: { message } }));
    }
    return { errors, warnings };
  }

  errorsOf({ node, field, value, read }) {
    const errors = node.role === 'field' ? checkField(field, value, read) : [];
    if (!errors.length && isMissing(field, value) && isRequiredNow(node.rules, value, read)) return [{ code: 'required' }];
    const rules = errors.length ? [] : broken(node.rules.asserts, value, read);
    return [...errors, ...rules.map(({ message }) => ({ code: 'assert', params: { message } }))];
  }
}

/** Check answers against a prepared form. Returns {data, errors, warnings}; a path is "budget.2.unit_price". */
export function check(tree, answers, inputs) {
  const form = new Form(tree, answers, inputs);
  form.compute();
  return { ...form.validate(), data: form.collect() };
}
