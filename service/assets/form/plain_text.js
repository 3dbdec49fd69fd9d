// What people have typed stays text where a form shows it: form-js takes the texts of forms for Markdown and HTML.
const SIGNS = /[\\`*_{}[\]()<>#+\-.!|~"'&=:/@$^]/g;

/** Text as Markdown that reads like it: every sign by its number, and lines that stay lines. */
export function asText(value) {
  return value.replace(SIGNS, (sign) => `&#${sign.codePointAt(0)};`).replace(/\r?\n/g, '<br>');
}
