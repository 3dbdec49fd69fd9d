// The one walk over a form's schema, and what is wrong with a form itself, told before it is deployed.
// Every finding is {code, severity, field (id or key), params}; the wording is the caller's.
import { analyse } from './engine.js';
import { KEYED } from './fields.js';
import { RULE_NAME } from './rules.js';

const SHOWN = new Set(['text', 'image', 'table', 'spacer', 'separator', 'documentPreview', 'button', 'group', 'dynamiclist', 'default']);
const FORBIDDEN = new Set(['html', 'iframe', 'script']);
const BUTTONS = new Set(['submit', 'reset']);
const CHOICES = new Set(['radio', 'select', 'checklist', 'taglist']);
// Names that stand for something else wherever an expression of the form is evaluated.
const TAKEN = new Set(['case', 'this', 'parent', 'i', 'value', 'item', 'partial', '_this_', '_parent_', '_i_']);
const LIMITS = ['min', 'max', 'minLength', 'maxLength'];
const HOLDERS = new Set(['group', 'dynamiclist']);

/**
 * Visit every component in the order of the form, those inside a group or a list after it.
 * `visit(field, holder)` returns what the components inside are visited with; null keeps them unvisited.
 */
export function walk(components, holder, visit) {
  for (const field of components ?? []) {
    const inside = visit(field, holder);
    if (inside && HOLDERS.has(field.type)) walk(field.components, inside, visit);
  }
}

const isExpression = (text) => typeof text === 'string' && text.startsWith('=');

class Inspection {
  constructor() {
    this.findings = [];
    this.ids = new Set();
  }

  add(field, code, params = {}, severity = 'error') {
    this.findings.push({ code, severity, field: field.id ?? field.key ?? field.type ?? '', params });
    return null;
  }

  /** Tell whether something holds a list of components; it is a finding where it does not. */
  holds(components) {
    if (Array.isArray(components)) return true;
    this.add({}, 'components');
    return false;
  }

  /** Check one component. `scope`: {prefix, keys} of the form, or of the rows of a list; returned for what is inside. */
  component(field, scope) {
    if (field === null || typeof field !== 'object') return this.add({}, 'components');
    this.identify(field);
    if (FORBIDDEN.has(field.type)) return this.add(field, 'forbidden', { type: field.type });
    if (!KEYED.has(field.type) && !SHOWN.has(field.type)) return this.add(field, 'unknown_type', { type: String(field.type) });
    this.expressions(field);
    if (KEYED.has(field.type)) return this.keyed(field, scope);
    if (field.type === 'button') return this.button(field);
    return HOLDERS.has(field.type) ? this.inside(field, scope) : null;
  }

  /** form-js opens no form that holds an id twice. */
  identify(field) {
    if (this.ids.has(field.id)) this.add(field, 'duplicate_id', { id: String(field.id) });
    if (field.id !== undefined) this.ids.add(field.id);
  }

  button(field) {
    const action = field.action ?? 'submit';
    return BUTTONS.has(action) ? null : this.add(field, 'button', { action: String(action) });
  }

  inside(field, scope) {
    const inner = field.type === 'group' ? this.group(field, scope) : this.list(field, scope);
    return inner && this.holds(field.components ?? []) ? inner : null;
  }

  group(field, { prefix, keys }) {
    return { prefix: field.path ? [...prefix, field.path] : prefix, keys };
  }

  list(field, { prefix, keys }) {
    if (!field.path) return this.add(field, 'no_path');
    this.claim(field, [...prefix, field.path].join('.'), keys);
    return { prefix: [], keys: new Set() };
  }

  keyed(field, { prefix, keys }) {
    if (!field.key) return this.add(field, 'no_key');
    this.claim(field, [...prefix, field.key].join('.'), keys);
    const hasOptions = Array.isArray(field.values) || field.valuesKey || field.valuesExpression;
    if (CHOICES.has(field.type) && !hasOptions) this.add(field, 'no_options');
    this.pattern(field);
    return null;
  }

  claim(field, key, keys) {
    if (keys.has(key)) this.add(field, 'duplicate_key', { key });
    const steps = key.split('.');
    const isTaken = keys.isTop && TAKEN.has(steps[0]);
    if (isTaken || steps.some((step) => step.startsWith('__') || step.startsWith('$'))) this.add(field, 'reserved_key', { key });
    keys.add(key);
  }

  pattern(field) {
    const source = field.validate?.pattern;
    if (!source) return;
    try {
      new RegExp(source);
    } catch {
      this.add(field, 'pattern', { pattern: source });
    }
  }

  expressions(field) {
    if (field.type === 'expression') this.expression(field, 'expression', field.expression ?? '');
    if (field.conditional?.hide !== undefined) this.marked(field, 'hide', field.conditional.hide, true);
    if (isExpression(field.readonly)) this.expression(field, 'readonly', field.readonly);
    if (field.valuesExpression) this.expression(field, 'valuesExpression', field.valuesExpression);
    LIMITS.filter((name) => isExpression(field.validate?.[name])).forEach((name) => this.expression(field, name, field.validate[name]));
    Object.entries(field.properties ?? {}).forEach(([name, rule]) => this.rule(field, name, rule));
  }

  rule(field, name, rule) {
    if (!RULE_NAME.test(name)) {
      if (/^(require|assert|warn|confirm)/i.test(name)) this.add(field, 'unknown_rule', { name }, 'warning');
      return;
    }
    if (name.includes('Message')) return;
    this.expression(field, name, rule);
  }

  /** A condition that form-js reads only behind an equals sign. */
  marked(field, name, text, unary) {
    if (isExpression(text)) this.expression(field, name, text, unary);
    else if (text) this.add(field, 'no_equals', { name });
  }

  expression(field, name, text, unary = false) {
    if (typeof text !== 'string') return this.add(field, 'expression', { name, message: 'not text' });
    for (const { code, message } of analyse(text, unary).problems) this.add(field, code === 'bare_call' ? 'bare_call' : 'expression', { name, message });
  }
}

/** Everything wrong with a schema. */
export function inspect(schema) {
  const inspection = new Inspection();
  const top = { prefix: [], keys: Object.assign(new Set(), { isTop: true }) };
  const components = schema?.components ?? null;
  if (inspection.holds(components)) walk(components, top, (field, scope) => inspection.component(field, scope));
  return inspection.findings;
}
