// What form-js checks of one field, done again where nobody can switch it off. Every check yields
// {code, params}; the wording is the caller's.
import * as decimal from './decimal.js';
import * as temporal from './temporal.js';
import { evaluateLeniently } from './engine.js';
import { isBlank, isMissing } from './rules.js';

export const KEYED = new Set([
  'textfield', 'textarea', 'number', 'datetime', 'checkbox', 'radio', 'checklist', 'select', 'taglist', 'expression', 'filepicker',
]);
const MANY = new Set(['checklist', 'taglist', 'filepicker']);
const CHOICES = new Set(['radio', 'select', 'checklist', 'taglist']);
const LARGEST = 1e15;
const SHAPES = new Map([
  ['email', /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/],
  ['phone', /^(\+|00)\d{6,20}$/],
]);

const error = (code, params = {}) => ({ code, params });
const isText = (value) => typeof value === 'string';

/** The value as the field keeps it: a box not ticked is false, numbers typed into a text are text. */
export function settle(field, value) {
  if (field.type === 'checkbox') return value ?? false;
  if (value === undefined || value === null) return null;
  const isTextual = field.type === 'textfield' || field.type === 'textarea';
  return isTextual && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value;
}

function parsesAs(field, value) {
  if (field.subtype === 'time') return temporal.parseTime(value.replace(/^(\d):/, '0$1:')) !== null;
  if (field.subtype === 'datetime') return value.includes('T') && temporal.parseDateTime(value) !== null;
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && temporal.parseDate(value) !== null;
}

function checkDate(field, value) {
  if (!isText(value) || !parsesAs(field, value)) return [error(field.subtype === 'datetime' || field.subtype === 'time' ? field.subtype : 'date')];
  if (!field.disallowPassedDates || field.subtype === 'time') return [];
  return temporal.parseDate(value) < temporal.today() ? [error('past')] : [];
}

function isNumeric(field, value) {
  if (typeof value === 'number') return true;
  return Boolean(field.serializeToString) && isText(value) && /^-?\d+(\.\d+)?$/.test(value);
}

function checkNumber(field, value) {
  if (!isNumeric(field, value) || Math.abs(value) > LARGEST) return [error('number')];
  const errors = [];
  if (field.decimalDigits >= 0 && decimal.decimals(value) > field.decimalDigits) {
    errors.push(field.decimalDigits === 0 ? error('integer') : error('decimals', { digits: field.decimalDigits }));
  }
  if (Number(field.increment) > 0 && !decimal.isMultiple(value, field.increment)) errors.push(error('step', { step: field.increment }));
  return errors;
}

function options(field, read) {
  if (field.valuesExpression) return evaluateLeniently(field.valuesExpression, read) ?? [];
  return (field.valuesKey ? read(field.valuesKey) : field.values) ?? [];
}

function checkChoice(field, value, read) {
  if (MANY.has(field.type) !== Array.isArray(value)) return [error(MANY.has(field.type) ? 'list' : 'option')];
  const allowed = new Set([].concat(options(field, read)).map((option) => JSON.stringify(option?.value ?? option?.label ?? option)));
  return [].concat(value).every((choice) => allowed.has(JSON.stringify(choice))) ? [] : [error('option')];
}

function checkFiles(field, value) {
  if (!Array.isArray(value) || !value.every(isText)) return [error('files')];
  return !field.multiple && value.length > 1 ? [error('one_file')] : [];
}

const typeChecks = {
  textfield: (field, value) => (isText(value) ? [] : [error('text')]),
  textarea: (field, value) => (isText(value) ? [] : [error('text')]),
  number: checkNumber,
  checkbox: (field, value) => (typeof value === 'boolean' ? [] : [error('boolean')]),
  datetime: checkDate,
  filepicker: checkFiles,
  expression: () => [],
};

function limit(validate, name, read) {
  const value = validate[name];
  return isText(value) && value.startsWith('=') ? evaluateLeniently(value, read) : value;
}

function compare(value, bound) {
  try {
    return bound === null || bound === undefined || bound === '' ? 0 : decimal.order(value, bound);
  } catch {
    return NaN; // the limit is no number: the rule is broken, not the answer passed
  }
}

const patterns = new Map();

function pattern(source) {
  if (!patterns.has(source)) patterns.set(source, new RegExp(source));
  return patterns.get(source);
}

function checkNumberLimits(validate, value, read) {
  const [min, max] = [limit(validate, 'min', read), limit(validate, 'max', read)];
  const errors = [];
  if (!(compare(value, min) >= 0)) errors.push(error('min', { min }));
  if (!(compare(value, max) <= 0)) errors.push(error('max', { max }));
  return errors;
}

function checkText(validate, value, read) {
  return [...checkLength(validate, [...value.trim()].length, read), ...checkShape(validate, value)];
}

function checkLength(validate, length, read) {
  const [least, most] = [limit(validate, 'minLength', read), limit(validate, 'maxLength', read)];
  const errors = [];
  if (isSet(least) && length < least) errors.push(error('minLength', { min: least }));
  if (isSet(most) && length > most) errors.push(error('maxLength', { max: most }));
  return errors;
}

function checkShape({ pattern: wanted, patternErrorMessage = null, validationType }, value) {
  const errors = [];
  if (wanted && !pattern(wanted).test(value)) errors.push(error('pattern', { message: patternErrorMessage }));
  if (SHAPES.get(validationType)?.test(value) === false) errors.push(error(validationType));
  return errors;
}

const isSet = (bound) => bound !== null && bound !== undefined && bound !== '';

/** Everything wrong with the value of a field, apart from its custom rules. */
export function checkField(field, value, read) {
  const { validate = {} } = field;
  if (validate.required && isMissing(field, value)) return [error('required')];
  if (isBlank(value)) return [];
  const errors = CHOICES.has(field.type) ? checkChoice(field, value, read) : typeChecks[field.type](field, value);
  if (errors.length) return errors;
  if (field.type === 'number') return checkNumberLimits(validate, value, read);
  return isText(value) ? checkText(validate, value, read) : [];
}
