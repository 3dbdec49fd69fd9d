// What may be meant while a name or number is typed into a text field: colleagues where it is marked with
// `suggest: people`, campaigns where its answer refers to one. The field stays one for text, and takes any.
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Textfield } from '@bpmn-io/form-js-viewer';
import { sourceOf } from './suggesting.js';

const PAUSE = 200;

/** The form-js module: `urls` of the people and of the cases one may see. */
export function suggestionsModule(urls) {
  const Suggesting = (props) => {
    const source = props.readonly || props.disabled ? null : sourceOf(props.field.properties ?? {}, urls);
    return [h(Textfield, { ...props, key: 'text' }), source ? h(Suggestions, { ...props, source, key: 'suggestions' }) : null];
  };
  Suggesting.config = Textfield.config;
  return { __init__: [['formFields', (formFields) => formFields.register('textfield', Suggesting)]] };
}

function Suggestions({ domId, value, source }) {
  const [found, setFound] = useState([]);
  const id = `${domId}-suggestions`;
  const typed = (value ?? '').trim();
  useEffect(() => {
    const input = document.getElementById(domId);
    if (!input) return undefined;
    input.setAttribute('list', id);
    let pause;
    const look = () => {
      clearTimeout(pause);
      pause = setTimeout(async () => {
        // Without suggestions it is a field as any other: nobody is told that there are none.
        try { setFound(await source(input.value.trim())); } catch { setFound([]); }
      }, PAUSE);
    };
    input.addEventListener('focus', look);
    input.addEventListener('input', look);
    return () => {
      clearTimeout(pause);
      input.removeEventListener('focus', look);
      input.removeEventListener('input', look);
    };
  }, [domId]);
  return h('datalist', { id }, found.filter((each) => each.value !== typed).map(({ value: name, label }) => h('option', { value: name, key: name }, label)));
}
