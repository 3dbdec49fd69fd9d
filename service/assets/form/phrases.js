// Phrases one often writes, at the field for the opinion: put into it, kept from it, deleted.
import { h } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Textarea } from '@bpmn-io/form-js-viewer';
import { send } from '../lib/http.js';
import { t } from '../lib/i18n.js';

const LONGEST = 200;

/** The form-js module: a text area that is marked as opinion offers the reader's phrases. `url` null: none. */
export function phrasesModule(url) {
  const Opinion = (props) => {
    const isOffered = url && props.field.properties?.role === 'opinion' && !props.readonly && !props.disabled;
    return [h(Textarea, { ...props, key: 'text' }), isOffered ? h(Phrases, { ...props, url, key: 'phrases' }) : null];
  };
  Opinion.config = Textarea.config;
  return { __init__: [['formFields', (formFields) => formFields.register('textarea', Opinion)]] };
}

function Phrases({ url, value, domId, onChange }) {
  const [items, setItems] = useState(null);
  const menu = useRef(null);
  const written = (value ?? '').trim();
  const load = async () => setItems((await send('GET', url)).items);
  const change = async (method, address, body) => {
    await send(method, address, body);
    await load();
  };
  const put = (text) => {
    onChange({ value: `${value ?? ''}${text}` });
    menu.current.open = false;
    document.getElementById(domId).focus();
  };
  // A click on a phrase that goes away must not be taken for one outside the menu.
  const stay = (event) => event.stopPropagation();
  useEffect(() => {
    const node = menu.current;
    const opened = () => node.open && load();
    node.addEventListener('toggle', opened);
    return () => node.removeEventListener('toggle', opened);
  }, []);
  return h('details', { class: 'menu reason phrases', ref: menu },
    h('summary', { class: 'btn small' }, t('Phrases')),
    h('div', { class: 'menu-body', onClick: stay },
      items === null ? h('p', { class: 'card-note' }, t('Loading…')) : null,
      items?.length === 0 && !written ? h('p', { class: 'card-note' }, t('Write an opinion, then keep it here as a phrase.')) : null,
      items?.map(({ id, text }) => h('div', { class: 'phrase', key: id },
        h('button', { type: 'button', onClick: () => put(text) }, text),
        h('button', { type: 'button', class: 'phrase-gone', 'aria-label': t('Delete the phrase “{text}”', { text }), onClick: () => change('DELETE', `${url}/${id}`) }, '×'))),
      written && written.length <= LONGEST
        ? h('button', { type: 'button', onClick: () => change('POST', url, { text: written }) }, t('Keep what I wrote as a phrase')) : null));
}
