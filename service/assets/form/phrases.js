// Phrases one often writes: put into the opinion, kept from it, deleted.
import { send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { el } from '../lib/dom.js';
import { places } from './places.js';

/** Offer the reader's phrases where the form asks for an opinion in words. */
export function offerPhrases(form, url) {
  const menu = document.querySelector('[data-phrases]');
  const opinion = () => places(form).filter((place) => place.field.properties?.role === 'opinion')
    .map((place) => document.getElementById(place.domId)).find((field) => field?.tagName === 'TEXTAREA');
  if (!menu || !url || !opinion()) return;
  menu.hidden = false;
  const list = menu.querySelector('.menu-body');

  async function show() {
    const { items } = await send('GET', url);
    const keep = el('button', { type: 'button', onclick: () => change('POST', url, { text: opinion().value.trim() }) }, t('Keep what I wrote as a phrase'));
    list.replaceChildren(...items.map(line), keep);
    keep.hidden = !opinion()?.value.trim() || opinion().value.trim().length > 200;
  }

  function line({ id, text }) {
    return el('div.phrase', {},
      el('button', { type: 'button', onclick: () => put(text) }, text),
      el('button.phrase-gone', { type: 'button', 'aria-label': t('Delete the phrase “{text}”', { text }), onclick: () => change('DELETE', `${url}/${id}`) }, '×'));
  }

  async function change(method, address, body) {
    await send(method, address, body);
    await show();
  }

  function put(text) {
    const field = opinion();
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    set.call(field, field.value ? `${field.value}${text}` : text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    menu.open = false;
    field.focus();
  }

  menu.addEventListener('toggle', () => menu.open && show());
  // The buttons go away when they are used: the menu must not take that for a click outside.
  list.addEventListener('click', (event) => event.stopPropagation());
}
