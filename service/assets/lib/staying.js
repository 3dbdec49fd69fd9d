// Forms marked `data-stay`: what the server refuses is told in the form, and what was typed stays.
import { el } from './dom.js';
import { t } from './i18n.js';
import { settled } from './pending.js';

const SIGNED_OUT = 'You are signed out. Sign in again in another window, then try once more: what you typed stays here.';
const UNREACHED = 'The connection failed. What you typed stays here; try again.';

export function stayOnRefusal() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.stay === undefined || event.defaultPrevented) return;
    event.preventDefault();
    hand(form);
  });
}

async function hand(form) {
  form.querySelector('[data-refusal]')?.remove();
  try {
    const body = new FormData(form);
    await settled(); // the page comes anew, with what is saved by then
    const response = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json', 'X-Stay': '1' } });
    const answer = await response.json();
    if (response.ok) return go(answer.next);
    refuse(form, response.status === 401 ? [t(SIGNED_OUT)] : [answer.detail, ...(answer.errors ?? []).map((one) => one.message)]);
  } catch {
    refuse(form, [t(UNREACHED)]);
  }
}

/** To the page the server names; where that is this one it comes anew, and stays where it was scrolled to. */
function go(next) {
  const target = new URL(next, location.href);
  const isHere = target.pathname === location.pathname && target.search === location.search;
  if (!isHere) return location.assign(target);
  history.replaceState(history.state, '', target);
  return location.reload();
}

function refuse(form, said) {
  const told = el('div.notice.bad', { role: 'alert', tabindex: '-1', 'data-refusal': '' },
    el('div', {}, ...[...new Set(said)].filter(Boolean).map((text) => el('p', {}, text))));
  form.prepend(told);
  delete form.dataset.sent;
  delete form.dataset.confirmed;
  for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
  form.dispatchEvent(new Event('refused'));
  told.focus();
}
