// FEEL for form-js in the browser: the engine of the server in place of form-js's own, so that a
// field computed on the screen is the field computed on arrival.
import { analyse, evaluateLeniently, reader, setCalendar, stripEquals, testLeniently } from './engine.js';

export { setCalendar };

export class ExpressionLanguage {
  isExpression(value) {
    return typeof value === 'string' && value.startsWith('=');
  }

  getVariableNames(expression, { type = 'expression' } = {}) {
    return this.isExpression(expression) ? analyse(stripEquals(expression), type === 'unaryTest').names : [];
  }

  evaluate(expression, data = {}) {
    return this.isExpression(expression) ? evaluateLeniently(expression, reader(data)) : null;
  }

  evaluateUnaryTest(expression, data = {}) {
    return this.isExpression(expression) ? testLeniently(expression, reader(data)) : null;
  }
}

/** A module for `new Form({ additionalModules })`. */
export const expressionLanguageModule = { expressionLanguage: ['type', ExpressionLanguage] };
