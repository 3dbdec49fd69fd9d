// form-js asks our FEEL engine instead of its own: the one that also checks the answers on the server.
import { FeelersTemplating } from '@bpmn-io/form-js-viewer';
import { evaluateLeniently, reader, setCalendar, setClock, testLeniently } from '../feel/engine.js';
import { asText } from './plain_text.js';

const PLACEHOLDER = /{{(.+?)}}/gs;
const MOST_RECOMPUTATIONS = 20;

const asIs = (value) => value;
const read = (data) => reader(data ?? {});
const isFormula = (text) => typeof text === 'string' && text.startsWith('=');

/** Text with `{{expression}}` in it; feelers' own blocks (`{{#if …}}`) stay with feelers. */
class Templating extends FeelersTemplating {
  evaluate(template, context = {}, options = {}) {
    // Only a text view (form-js 2.0.0) says whether it is strict: what comes out of that is read as Markdown.
    const clean = options.sanitizer ?? ('strict' in options ? asText : asIs);
    if (typeof template === 'string' && template.includes('{{#')) return super.evaluate(template, context, { ...options, sanitizer: clean });
    if (isFormula(template)) return evaluateLeniently(template, read(context));
    return template.replace(PLACEHOLDER, (_, expression) => clean(written(evaluateLeniently(expression, read(context)))));
  }
}

function written(value) {
  if (value === null || value === undefined) return '—';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * form-js computes an expression once per edit, so that a chain of sums stays one step behind.
 * Let each follow the others until nothing changes, but never in circles.
 */
class RecomputationLimit {
  static $inject = ['eventBus'];

  constructor(eventBus) {
    this.counts = new Map();
    const reset = () => this.counts.clear();
    eventBus.on('field.updated', (event) => event.shouldNotRecompute || reset());
    eventBus.on('import.done', reset);
    eventBus.on('reset', reset);
  }

  registerExpressionExecution(expression) {
    const count = (this.counts.get(expression) || 0) + 1;
    this.counts.set(expression, count);
    return count <= MOST_RECOMPUTATIONS;
  }
}

/** The form-js module. The server judges the answers: its table of workdays counts here, and its clock. */
export function feelModule({ calendar, now }) {
  setCalendar(calendar);
  setClock(now);
  return {
    __init__: [['expressionLanguage', (language) => {
      language.evaluate = (expression, data) => (isFormula(expression) ? evaluateLeniently(expression, read(data)) : null);
      language.evaluateUnaryTest = (expression, data) => (isFormula(expression) ? testLeniently(expression, read(data)) : null);
    }]],
    templating: ['type', Templating],
    expressionLoopPreventer: ['type', RecomputationLimit],
  };
}
