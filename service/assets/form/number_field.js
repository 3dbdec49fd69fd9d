// The number field: `120,000`, `１２万`, `¥1,200.50`.
import { h } from 'preact';
import { Description, Errors, Label, Numberfield, useSingleLineTemplateEvaluation } from '@bpmn-io/form-js-viewer';
import { isBlank } from '../feel/rules.js';
import { bareNumber, readNumber, writeNumber } from './reading.js';
import { adorned, fieldClass, stateOf, useText } from './inputs.js';

export function numberField(unread) {
  function TypedNumber(props) {
    const { field, value, onChange, onBlur, onFocus, readonly, errors = [], domId } = props;
    const { label, description, appearance = {}, validate = {}, decimalDigits, serializeToString } = field;
    const before = useSingleLineTemplateEvaluation(appearance.prefixAdorner, { debug: true });
    const behind = useSingleLineTemplateEvaluation(appearance.suffixAdorner, { debug: true });
    const number = useText({
      id: domId, value: isBlank(value) ? null : Number(value), unread, write: writeNumber, bare: bareNumber,
      read: (text) => readNumber(text, { digits: decimalDigits >= 0 ? decimalDigits : null, isPercent: behind === '%' }),
      emit: (found) => onChange({ value: found !== null && serializeToString ? bareNumber(found) : found }),
    });
    const enter = () => {
      if (!readonly) number.props.onFocus();
      onFocus?.();
    };
    const leave = () => {
      number.settle();
      onBlur?.();
    };
    const input = h('input', { ...number.props, ...stateOf(props), inputMode: 'decimal', onFocus: enter, onBlur: leave });
    return h('div', { class: fieldClass('number', props) },
      h(Label, { htmlFor: domId, label, required: validate.required }),
      adorned(input, { ...props, before, behind }),
      h(Description, { id: `${domId}-description`, description }),
      h(Errors, { id: `${domId}-error-message`, errors }));
  }
  TypedNumber.config = Numberfield.config;
  return TypedNumber;
}
