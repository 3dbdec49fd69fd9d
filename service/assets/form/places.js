// Finding a field again: by its instance, by the path of a refused answer, in the page.
import { t } from '../lib/i18n.js';

/** Every field and list with its label, its path ("lines.0.amount") and the id of its input element. */
export function places(form) {
  const registry = form.get('formFieldRegistry');
  const asked = form.get('formFieldInstanceRegistry').getAll().filter(({ id }) => registry.get(id)?.key || registry.get(id)?.type === 'dynamiclist');
  return asked.map((instance) => {
    const field = registry.get(instance.id);
    const indexes = Object.values(instance.indexes || {});
    return {
      field,
      instance,
      errorPath: [instance.id, ...indexes],
      path: writePath(instance.valuePath),
      domId: domIdOf(form, instance),
      label: label(field, indexes),
    };
  });
}

/** The id form-js gives the input of a field, once for each row. */
export function domIdOf(form, instance) {
  return [`fjs-form-${form._id}-${instance.id}`, ...Object.values(instance.indexes || {})].join('_');
}

function writePath(valuePath) {
  return valuePath.join('.');
}

function label(field, indexes) {
  const text = (field.label || field.dateLabel || field.timeLabel || field.key || '').replace(/{{.*?}}/g, '').trim();
  const rows = indexes.map((index) => t('Row {row}', { row: index + 1 }));
  return [...rows, text].join(' · ');
}

/** The value at `path` of nested lists and objects, or undefined. */
export function at(object, path) {
  return path.reduce((value, part) => (value === null || value === undefined ? undefined : value[part]), object);
}

/** Write `value` at `path`, creating objects on the way. */
export function put(object, path, value) {
  path.slice(0, -1).reduce((target, part) => (target[part] ??= {}), object)[path.at(-1)] = value;
}

/** Move the keyboard focus to a field. */
export function focusOn(domId) {
  const node = document.getElementById(domId) || document.querySelector(`[id^="${CSS.escape(domId)}"]`);
  if (!node) return;
  const go = () => {
    node.scrollIntoView({ block: 'center' });
    node.focus({ preventScroll: true });
  };
  if (unfold(node)) setTimeout(go, 50);
  else go();
}

/** Open the sections around a field; says whether any was folded. */
export function unfold(node) {
  let was = false;
  for (let around = node.closest('.fjs-element'); around; around = around.parentElement.closest('.fjs-element')) {
    const fold = around.querySelector(':scope > .section-fold[aria-expanded="false"]');
    fold?.click();
    was ||= fold !== null;
  }
  return was;
}
