// The rules a form's author writes as custom properties (requiredIf, assert, warn: see ../feel/rules.js), inside form-js.
import { h } from 'preact';
import { DynamicList, Errors } from '@bpmn-io/form-js-viewer';
import { asking, broken, isMissing, isRequiredNow, rulesOf } from '../feel/rules.js';
import { reader } from '../feel/engine.js';
import { t } from '../lib/i18n.js';
import { Rows } from './grid.js';
import { at, put } from './places.js';

/** What the rules of a field instance may name: all data first, then this row, the parent row and the row number. */
function scope({ expressionContextInfo }) {
  const { data, this: row, parent, i } = expressionContextInfo || {};
  return reader({ this: row, parent, i, _this_: row, _parent_: parent, _i_: i, ...(data || {}) });
}

/** The blocking messages of one field instance. */
function violations(field, instance, value) {
  const rules = rulesOf(field);
  const read = scope(instance);
  if (isMissing(field, value) && !field.validate?.required && isRequiredNow(rules, value, read)) return [t('Field is required.')];
  return broken(rules.asserts, value, read).map(({ message }) => message || t('This does not meet the rule of the form.'));
}

/** The reminders of one field instance: shown, never blocking. */
export function reminders(field, instance, value) {
  return broken(rulesOf(field).warns, value, scope(instance)).map(({ message }) => message).filter(Boolean);
}

/** What is asked before this answer of one field instance is handed in. */
export function questions(field, instance, value) {
  return asking(rulesOf(field).confirms, value, scope(instance)).map(({ message }) => message).filter(Boolean);
}

/** A repeated group that can show what is wrong with the list as a whole. */
function List(props) {
  return [h(Rows, props), h('div', { id: `${props.domId}-list` }, h(Errors, { id: `${props.domId}-error-message`, errors: props.errors || [] }))];
}
List.config = DynamicList.config;

/** The form-js module that adds the rules to its own validation, for fields and for lists. */
export const rulesModule = {
  __init__: [['validator', 'formFieldRegistry', 'formFieldInstanceRegistry', 'formFields', 'form', 'viewerCommands', 'eventBus', (validator, registry, instances, formFields, form, commands, eventBus) => {
    formFields.register('dynamiclist', List);
    const validateOne = validator.validateFieldInstance.bind(validator);
    validator.validateFieldInstance = (instance, value) => {
      const field = registry.get(instance.id);
      return field ? [...validateOne(instance, value), ...violations(field, instance, value)] : [];
    };
    // form-js judges what a field starts with as soon as it appears; an untouched list is not worth a complaint yet.
    const validateEarly = commands.updateFieldInstanceValidation.bind(commands);
    commands.updateFieldInstanceValidation = (instance, value) => {
      if (registry.get(instance.id)?.type !== 'dynamiclist') validateEarly(instance, value);
    };
    // A rule may look at other fields, so what was wrong here may have been put right elsewhere.
    eventBus.on('changed', ({ data, errors }) => {
      const left = structuredClone(errors);
      for (const instance of instances.getAll()) {
        const field = registry.get(instance.id);
        const place = [instance.id, ...Object.values(instance.indexes || {})];
        const shown = at(errors, place);
        if (!field || !Array.isArray(shown)) continue;
        const rules = rulesOf(field).asserts.map(({ message }) => message);
        const fresh = { ...instance, expressionContextInfo: { ...instance.expressionContextInfo, data } };
        const wrong = violations(field, fresh, at(data, instance.valuePath));
        put(left, place, shown.filter((text) => !rules.includes(text) || wrong.includes(text)));
      }
      if (JSON.stringify(left) !== JSON.stringify(errors)) form._setState({ errors: left });
    });
    const validateAll = form.validate.bind(form);
    form.validate = () => {
      const errors = validateAll();
      for (const instance of instances.getAll()) {
        const field = registry.get(instance.id);
        if (field?.type !== 'dynamiclist') continue;
        const found = violations(field, instance, at(form._getState().data, instance.valuePath));
        if (found.length) put(errors, [instance.id, ...Object.values(instance.indexes || {})], found);
      }
      form._setState({ errors });
      return errors;
    };
  }]],
};
