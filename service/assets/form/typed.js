// Fields that take what people type, and keep it in sight until it can be read. Instead of those of form-js 2.0.0,
// in which `120,000` becomes 120, `20270301` some day in 2029, and a time the one of the browser's zone.
import { isBlank } from '../feel/rules.js';
import { momentField } from './moment_field.js';
import { numberField } from './number_field.js';
import { domIdOf } from './places.js';

const ASTRAL = /[\u{10000}-\u{10FFFF}]/gu;

/** The form-js module with the fields, and what keeps a form from being sent while one cannot be read. */
export function typedModule() {
  const unread = new Map(); // the id of an input → what is wrong with its text
  return {
    __init__: [['validator', 'form', 'formFields', (validator, form, formFields) => {
      formFields.register('number', numberField(unread));
      formFields.register('datetime', momentField(unread));
      const validateOne = validator.validateFieldInstance.bind(validator);
      validator.validateFieldInstance = (instance, value) => {
        const id = domIdOf(form, instance);
        const problems = [id, `${id}-date`, `${id}-time`].map((each) => unread.get(each)).filter(Boolean);
        return problems.length ? problems : validateOne(instance, counted(value));
      };
    }]],
  };
}

/** Text as its length is meant: form-js counts a rare character or an emoji twice, and what nobody sees as something. */
function counted(value) {
  if (typeof value !== 'string') return value;
  return isBlank(value) ? '' : value.replace(ASTRAL, '字');
}
