// The messages above the form's buttons: one at a time, announced to screen readers, never covering what was typed.
import { el } from '../lib/dom.js';

export function noticeBoard(host) {
  return {
    clear: () => host.replaceChildren(),
    show(kind, title, text, ...actions) {
      host.replaceChildren(el(`div.notice.${kind}`, { role: 'alert', tabindex: '-1' },
        el('div', {}, el('h3', {}, title), text && (text instanceof Node ? text : el('p', {}, text)),
          actions.length ? el('div.actions', {}, ...actions) : null)));
      host.firstChild.scrollIntoView({ block: 'nearest' });
    },
  };
}

export function button(text, onclick, kind = '') {
  return el(`button.btn.small${kind}`, { type: 'button', onclick }, text);
}

export function link(text, href, kind = '') {
  return el(`a.btn.small${kind}`, { href }, text);
}
