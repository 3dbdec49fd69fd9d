// The rules a form's author writes as custom properties of a field: requiredIf, assert and
// assertMessage (assert2, assertMessage2, …: up to nine), warn and warnMessage alike; confirm and
// confirmMessage: what is asked once more before an answer like this is handed in. FEEL, with or
// without a leading "=". A rule sees all data, `this`, `parent`, `i`, and `value`: the field's own.
import { evaluateLeniently } from './engine.js';

const MOST = 9;
export const RULE_NAME = /^(requiredIf|(assert|warn|confirm)(Message)?[2-9]?)$/;

function numbered(properties, name) {
  const suffixes = Array.from({ length: MOST }, (_, index) => (index ? String(index + 1) : ''));
  return suffixes
    .filter((suffix) => properties[name + suffix])
    .map((suffix) => ({ rule: properties[name + suffix], message: properties[`${name}Message${suffix}`] ?? null }));
}

/** {requiredIf, asserts: [{rule, message}], and warns and confirms alike} of a field. */
export function rulesOf({ properties = {} }) {
  const [asserts, warns, confirms] = ['assert', 'warn', 'confirm'].map((name) => numbered(properties, name));
  return { requiredIf: properties.requiredIf ?? null, asserts, warns, confirms };
}

// What takes no place or shows nothing, though it is no white space to JavaScript.
const UNSEEN = /[\s\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/gu;

export const isBlank = (value) =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0) || (typeof value === 'string' && value.replace(UNSEEN, '') === '');

/** Whether a mandatory field still waits for its answer: a checkbox must be ticked. */
export const isMissing = (field, value) => isBlank(value) || (field.type === 'checkbox' && value === false);

const holds = (rule, value, read) => evaluateLeniently(rule, (name) => (name === 'value' ? value : read(name))) === true;

/** Whether the field's own rule makes it mandatory now. */
export const isRequiredNow = (rules, value, read) => rules.requiredIf !== null && holds(rules.requiredIf, value, read);

/** The rules (asserts or warns) that the value breaks. An empty field breaks none. */
export const broken = (rules, value, read) => (isBlank(value) ? [] : rules.filter(({ rule }) => !holds(rule, value, read)));

/** The rules (confirms) that ask about the value. */
export const asking = (rules, value, read) => (isBlank(value) ? [] : rules.filter(({ rule }) => holds(rule, value, read)));
