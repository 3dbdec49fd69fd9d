// The field of a day, a time or both: typed as people write it, or picked in the browser's own calendar. Times are
// those of Beijing wherever the browser stands.
import { h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { DateTime } from 'luxon';
import { Datetime, Description, Errors, Label } from '@bpmn-io/form-js-viewer';
import { ZONE } from '../feel/kinds.js';
import { parseDateTime, parseTime, today } from '../feel/temporal.js';
import { t } from '../lib/i18n.js';
import { readDate, readTime } from './reading.js';
import { adorned, fieldClass, stateOf, useText } from './inputs.js';

const SHAPES = { utc_normalized: "HH:mm'Z'", utc_offset: 'HH:mmZZ', no_timezone: 'HH:mm' };
const NOTHING = { date: null, time: null };
const day = () => today().toISODate();
const asIs = (text) => text;

/** What a stored value says here, whatever zone it was written in: {date, time}, each as ISO or null. */
function partsOf(subtype, value) {
  if (typeof value !== 'string' || value === '') return NOTHING;
  if (subtype === 'date') return { date: value.slice(0, 10), time: null };
  const at = subtype === 'time' ? parseTime(value) : parseDateTime(value);
  if (at === null) return NOTHING;
  return { date: subtype === 'time' ? null : at.toISODate(), time: at.toFormat('HH:mm') };
}

/** Day and time as the form's author wants them written. Null while one is missing. */
function written({ subtype, timeSerializingFormat: format = 'utc_offset' }, { date, time }) {
  if (subtype === 'date') return date;
  if (!time || (subtype === 'datetime' && !date)) return null;
  const here = DateTime.fromISO(`${date || day()}T${time}`, { zone: ZONE });
  const at = format === 'utc_normalized' ? here.toUTC() : here;
  return at.toFormat(subtype === 'time' ? SHAPES[format] : `yyyy-MM-dd'T'${SHAPES[format]}`);
}

function readDay(text, isPastRefused) {
  const read = readDate(text, day());
  return isPastRefused && read.value && read.value < day() ? { value: null, problem: t('This day has passed.') } : read;
}

/** The two halves of a moment, kept apart until both are there. `give(name)(value)` puts one in. */
function useParts({ field, value = null, onChange, domId }, unread) {
  const parts = useRef(null);
  const known = useRef(value);
  if (parts.current === null || value !== known.current) {
    known.current = value;
    parts.current = partsOf(field.subtype, value);
  }
  useEffect(() => () => unread.delete(domId), [domId]);
  const give = (name) => (found) => {
    parts.current = { ...parts.current, [name]: found };
    const { date, time } = parts.current;
    const isHalf = field.subtype === 'datetime' && (date === null) !== (time === null);
    if (isHalf) unread.set(domId, t('Date and time must both be entered.'));
    else unread.delete(domId);
    known.current = written(field, parts.current);
    // Half of a moment is no mistake while the other half is still to be typed.
    if (!isHalf || value !== null) onChange({ value: known.current });
  };
  return [parts.current, give];
}

export function momentField(unread) {
  function TypedMoment(props) {
    const { field, onChange, onBlur, onFocus, errors = [], domId } = props;
    const { subtype = 'date', description, disallowPassedDates } = field;
    const [parts, give] = useParts(props, unread);
    const group = useRef(null);
    const leave = (event) => {
      if (group.current.contains(event.relatedTarget)) return;
      if (unread.has(domId)) onChange({ value: null });
      onBlur?.();
    };
    const half = { ...props, unread, leave, enter: onFocus };
    return h('div', { class: fieldClass('datetime', props) },
      h('div', { class: 'fjs-vertical-group', ref: group },
        subtype !== 'time' && h(Half, {
          ...half, id: `${domId}-date`, label: field.dateLabel, placeholder: 'YYYY-MM-DD', value: parts.date, emit: give('date'),
          read: (text) => readDay(text, disallowPassedDates), behind: weekday(parts.date), hasCalendar: true,
        }),
        subtype !== 'date' && h(Half, {
          ...half, id: `${domId}-time`, label: field.timeLabel, placeholder: 'HH:MM', value: parts.time, emit: give('time'),
          read: readTime, behind: t('Beijing time'),
        })),
      h(Description, { id: `${domId}-description`, description }),
      h(Errors, { id: `${domId}-error-message`, errors }));
  }
  TypedMoment.config = Datetime.config;
  return TypedMoment;
}

/** The day or the time of a moment, with its label. */
function Half(props) {
  const { id, label, placeholder, value, unread, read, emit, enter, leave, behind, hasCalendar = false, field, readonly } = props;
  const half = useText({ id, value, unread, read, write: asIs, bare: asIs, emit });
  const come = () => {
    half.props.onFocus();
    enter?.();
  };
  const go = (event) => {
    half.settle();
    leave(event);
  };
  const pick = (picked) => {
    half.type(picked);
    half.settle();
  };
  const before = hasCalendar && h(Calendar, { ...props, min: field.disallowPassedDates ? day() : undefined, onPick: pick });
  return h('div', { class: 'fjs-datetime-subsection' },
    h(Label, { htmlFor: id, label, required: field.validate?.required, collapseOnEmpty: true }),
    adorned(h('input', { ...half.props, ...stateOf(props), placeholder: readonly ? '' : placeholder, onFocus: come, onBlur: go }), { ...props, before, behind }));
}

function weekday(date) {
  if (date === null) return null;
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

/** The browser's own calendar behind a button: at home on a phone as on a desk. */
function Calendar({ value, min, onPick, disabled, readonly }) {
  const native = useRef(null);
  const mark = h('svg', { viewBox: '0 0 16 16', width: 16, height: 16, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4, 'aria-hidden': true },
    h('path', { d: 'M2 3.5h12v10.5h-12zM2 6.5h12M5 1.5v3.5M11 1.5v3.5' }));
  if (disabled || readonly || !('showPicker' in HTMLInputElement.prototype)) return mark;
  return h('span', { class: 'calendar' },
    h('button', { type: 'button', 'aria-label': t('Choose a day'), onClick: () => native.current.showPicker() }, mark),
    h('input', { type: 'date', ref: native, class: 'calendar-native', tabIndex: -1, 'aria-hidden': true, value: value || '', min,
      onInput: (event) => event.target.value && onPick(event.target.value) }));
}
