// Questions asked before something is done.
import { el } from './dom.js';
import { t } from './i18n.js';

/** Ask, and call `then` once it is confirmed. `text`: one line or several; `verb`: what the button does. */
export function ask(title, then, { text = [], verb = t('Confirm'), kind = 'primary' } = {}) {
  const dialog = el('dialog.dialog', { 'aria-label': title },
    el('div.card-body', {},
      el('h2', {}, title),
      ...[text].flat().map((line) => el('p', {}, line)),
      el('div.actions', {},
        el(`button.btn.${kind}`, { type: 'button', onclick: () => { dialog.close(); then(); } }, verb),
        el('button.btn', { type: 'button', onclick: () => dialog.close() }, t('Cancel')))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
