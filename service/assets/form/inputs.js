// What the fields that take what people type have in common: a text over a value, and a frame around it.
import { h } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * The text of one input over one value, which is null where there is none. `read(text)` gives {value, problem};
 * `write` and `bare` the text at rest and in hand; `emit(value)` hands on what was read as soon as it can be.
 */
export function useText({ id, value, unread, read, write, bare, emit }) {
  const inWords = (one, how) => (one === null ? '' : how(one));
  const [text, setText] = useState(() => inWords(value, write));
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    unread.delete(id);
    setText(inWords(value, write));
  }, [value]);
  useEffect(() => () => unread.delete(id), [id]);

  const hand = (next) => {
    known.current = next;
    emit(next);
  };
  const type = (next) => {
    setText(next);
    const { value: found, problem } = read(next);
    if (problem) unread.set(id, problem);
    else unread.delete(id);
    if (!problem && found !== known.current) hand(found);
  };
  const settle = () => {
    if (unread.has(id)) hand(null);
    else setText(inWords(known.current, write));
  };
  const props = {
    id, value: text, type: 'text', autoComplete: 'off', class: 'fjs-input',
    onInput: (event) => type(event.target.value),
    onFocus: () => !unread.has(id) && setText(inWords(known.current, bare)),
    onKeyDown: (event) => event.key === 'Enter' && settle(),
  };
  return { type, settle, props };
}

/** What every input of a field says of its state. */
export function stateOf({ field, disabled, readonly, errors = [], domId }) {
  return {
    disabled, readOnly: readonly, required: field.validate?.required,
    'aria-invalid': errors.length > 0, 'aria-describedby': `${domId}-description ${domId}-error-message`,
  };
}

export function fieldClass(type, { errors = [], disabled, readonly }) {
  const states = { 'fjs-has-errors': errors.length > 0, 'fjs-disabled': disabled, 'fjs-readonly': readonly };
  return ['fjs-form-field', `fjs-form-field-${type}`, ...Object.keys(states).filter((name) => states[name])].join(' ');
}

/** An input with what stands before and behind it in its frame. */
export function adorned(input, { before, behind, disabled, readonly }) {
  const side = (content, edge) => content && h('span', { class: `fjs-input-adornment ${edge}` },
    typeof content === 'string' ? h('span', { class: 'fjs-input-adornment-text' }, content) : content);
  return h('div', { class: `fjs-input-group${disabled ? ' fjs-disabled' : ''}${readonly ? ' fjs-readonly' : ''}` },
    side(before, 'border-right border-radius-left'), input, side(behind, 'border-left border-radius-right'));
}
