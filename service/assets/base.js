// On every page: htmx, and the few habits plain HTML does not have.
import './styles/base.css';
import htmx from 'htmx.org';
import { ask } from './lib/dialog.js';
import { el } from './lib/dom.js';
import { saveBeforeSubmits } from './lib/pending.js';
import { stayOnRefusal } from './lib/staying.js';
import { t } from './lib/i18n.js';

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

guardAgainstDoubleSubmit();
askBeforeDangerousForms();
stayOnRefusal();
saveBeforeSubmits();
moveByKeyboard();
closeMenusOutside();
forgetOnSignOut();
rememberFolds();
choosePeople();
printOnDemand();
dismissOnDemand();

document.documentElement.dataset.base = 'ready';

function guardAgainstDoubleSubmit() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'get' || form.method === 'dialog') return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = '1';
    for (const button of form.querySelectorAll('button:not([type=button])')) button.setAttribute('aria-disabled', 'true');
    return undefined;
  });
  // Coming back with the browser's back button finds the form usable again.
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
    }
  });
}

function askBeforeDangerousForms() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.dataset?.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form.dataset.confirm, () => {
      form.dataset.confirmed = '1';
      form.requestSubmit(event.submitter);
    });
  }, true);
}

/** Whoever signs out leaves nothing typed behind in this tab. */
function forgetOnSignOut() {
  document.addEventListener('submit', (event) => {
    if (event.target.getAttribute('action') !== '/logout') return;
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('countersign:')) sessionStorage.removeItem(key);
  });
}

/** A section somebody keeps open is open on the next page too: `data-remember` names it. */
function rememberFolds() {
  for (const fold of document.querySelectorAll('details[data-remember]')) {
    const key = `countersign:open:${fold.dataset.remember}`;
    if (localStorage.getItem(key)) fold.open = true;
    fold.addEventListener('toggle', () => (fold.open ? localStorage.setItem(key, '1') : localStorage.removeItem(key)));
  }
}

/** People are looked up by name; whoever was clicked stands as a chip with what is sent for them. */
function choosePeople() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-pick]');
    if (!button) return;
    event.stopPropagation(); // the button goes away: the menu around it must not take this for a click outside
    const field = button.closest('[data-people]');
    const chosen = field.querySelector('.chosen');
    const search = field.querySelector('[type=search]');
    const name = button.dataset.pick;
    if (field.dataset.many === undefined) chosen.replaceChildren();
    if (![...chosen.querySelectorAll('input')].some((input) => input.value === name)) {
      chosen.append(el('button.badge.info', { type: 'button', 'aria-label': t('Without {name}', { name: button.dataset.name }) },
        button.dataset.name, ' ×', el('input', { type: 'hidden', name: field.dataset.people, value: name })));
    }
    search.value = '';
    search.setCustomValidity('');
    field.querySelector('.found').replaceChildren();
    search.focus();
  }, true);
  document.addEventListener('click', (event) => {
    const chip = event.target.closest('.chosen > button');
    if (!chip) return;
    event.stopPropagation();
    const search = chip.closest('[data-people]').querySelector('[type=search]');
    chip.remove();
    search.focus();
  }, true);
  document.addEventListener('submit', (event) => {
    for (const field of event.target.querySelectorAll('[data-people][data-required]')) {
      if (field.querySelector('.chosen input')) continue;
      event.preventDefault();
      event.stopImmediatePropagation();
      const search = field.querySelector('[type=search]');
      search.setCustomValidity(t('Choose somebody from the list.'));
      search.reportValidity();
      search.addEventListener('input', () => search.setCustomValidity(''), { once: true });
      return;
    }
  }, true);
}

function printOnDemand() {
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-print]')) window.print();
  });
}

function dismissOnDemand() {
  document.addEventListener('click', (event) => event.target.closest('[data-dismiss]')?.parentElement.remove());
}

/** `/` goes to the search, j and k from line to line of a list; Enter opens, as everywhere. */
function moveByKeyboard() {
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input, textarea, select, [contenteditable], .diagram-canvas');
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector('main [type=search]');
    if (event.key === '/' && search) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  });
}

function step(by) {
  const links = [...document.querySelectorAll('[data-keys] > li')].map((line) => line.querySelector('.what a'));
  const here = links.findIndex((link) => link.closest('li').contains(document.activeElement));
  links[here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
}

function closeMenusOutside() {
  const close = (except) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!except || !menu.contains(except)) menu.open = false;
  };
  document.addEventListener('click', (event) => close(event.target));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const open = document.querySelector('details.menu[open]');
    close();
    open?.querySelector('summary').focus();
  });
}
