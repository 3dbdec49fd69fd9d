// Long forms: an index of their sections, and sections that can be folded away.
import { h } from 'preact';
import { useState } from 'preact/hooks';
import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { unfold } from './places.js';

const MANY = 5;
const SECTION = '.fjs-form-field-grouplike';

const isNamed = ({ type, label }) => (type === 'group' || type === 'dynamiclist') && Boolean(label);
const sectionsOf = ({ components = [] }) => components.flatMap((one) => (isNamed(one) ? [one] : inside(one)));
const inside = (one) => (one.type === 'group' ? sectionsOf(one) : []);

/** Whether a form is long enough to want an index. */
export const isLong = (schema) => sectionsOf(schema).length >= MANY;

/** A component that can be folded where it is a section of its own. */
function foldable(Shown, sections) {
  function Section(props) {
    const [isOpen, setOpen] = useState(true);
    if (!sections.has(props.field.id)) return h(Shown, props);
    const words = { name: props.field.label };
    return [h(Shown, props), h('button', {
      type: 'button', class: 'section-fold', 'aria-expanded': String(isOpen), onClick: () => setOpen(!isOpen),
      'aria-label': isOpen ? t('Fold “{name}”', words) : t('Unfold “{name}”', words),
    })];
  }
  Section.config = Shown.config;
  return Section;
}

/** The form-js module that lets the sections of a long form be folded. */
export function sectionsModule(schema) {
  const sections = new Set(isLong(schema) ? sectionsOf(schema).map(({ id }) => id) : []);
  return {
    __init__: [['formFields', (formFields) => {
      for (const type of ['group', 'dynamiclist']) formFields.register(type, foldable(formFields.get(type), sections));
    }]],
  };
}

/** Show the sections of a long form above it, each with a way there; it follows what the form shows. */
export function indexOf(form, host, schema) {
  if (!isLong(schema)) return;
  const nav = el('nav.form-index', { 'aria-label': t('Sections of the form') });
  host.before(nav);
  const draw = () => {
    const found = [...host.querySelectorAll('.section-fold')].map((fold) => fold.parentElement.querySelector(`:scope > ${SECTION}`)).filter(Boolean);
    const names = found.map((section) => section.querySelector('label').textContent.trim());
    if (names.join('\n') === nav.dataset.names) return;
    nav.dataset.names = names.join('\n');
    nav.replaceChildren(...found.map((section, index) => el('a', { href: `#${section.querySelector('label').id}`, onclick: lead(section) }, names[index])));
  };
  form.on('changed', () => requestAnimationFrame(draw));
  draw();
}

const lead = (section) => (event) => {
  event.preventDefault();
  goTo(section);
};

function goTo(section) {
  unfold(section);
  section.scrollIntoView({ block: 'start' });
  section.querySelector('input:not(:disabled), textarea:not(:disabled), button')?.focus({ preventScroll: true });
}
