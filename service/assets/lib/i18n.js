// Texts of the islands: the English text is the key, the page's language decides.
import zh from './zh.js';

export const isChinese = document.documentElement.lang.startsWith('zh');

/** The text in the page's language, with `{name}` replaced from `values`. */
export function t(text, values = {}) {
  const found = isChinese ? (zh[text] ?? text) : text;
  return found.replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
}

/** Between a name and what is said of it. */
export const colon = isChinese ? '：' : ': ';

/** The `translate` module that form-js and bpmn-js both understand. */
export const translateModule = { translate: ['value', t] };
