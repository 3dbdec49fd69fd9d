// Working on a form: restore, autosave, submit once, and an answer for everything that can go wrong on the way.
import { Problem, send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { el } from '../lib/dom.js';
import { draftSaver, tabCopy } from './keep.js';
import { button, link, noticeBoard } from './notices.js';
import { at, focusOn, places, put } from './places.js';
import { reminders } from './rules.js';

const REASONS = {
  0: 'The connection failed. What you typed is kept; try again. Nothing is submitted twice.',
  403: 'You may not submit this: it waits for somebody else, or you did the step before.',
  429: 'Too many attempts. Wait a moment and try again.',
};

export async function desk(form, given, files) {
  const board = noticeBoard(document.querySelector('[data-form-notices]'));
  const reminderList = document.querySelector('[data-form-warnings]');
  const status = document.querySelector('[data-form-status]');
  const submitButton = document.querySelector('[data-form-submit]');
  const copy = tabCopy(given.user, given.name);
  const answers = () => form._getSubmitData();
  let version = given.version;
  let key = crypto.randomUUID();
  let uploading = 0;
  let busy = false;

  const earlier = copy.read();
  const restored = earlier && (earlier.lost || !given.urls.draft);
  await form.importSchema(given.schema, restored ? { ...given.data, ...earlier.answers } : given.data);
  if (restored) {
    board.show('good', t('What you typed before is back.'), null,
      button(t('Discard it'), () => { copy.clear(); location.reload(); }));
  }

  const say = (text, bad = false) => {
    status.textContent = text;
    status.classList.toggle('is-bad', bad);
  };
  const draft = draftSaver(given.urls.draft, answers, say, refused);
  let known = JSON.stringify(answers());
  let touched = Boolean(restored);
  // What the form computes by itself while it opens is no draft: that begins with the person's first move.
  for (const move of ['input', 'click', 'keydown', 'drop']) document.querySelector('[data-island="form"]').addEventListener(move, () => { touched = true; }, { capture: true });
  if (restored) draft.soon();

  form.on('changed', () => {
    showReminders();
    const now = JSON.stringify(answers());
    if (now === known) return;
    known = now;
    key = crypto.randomUUID();
    if (!touched) return;
    copy.write(answers(), false);
    draft.soon();
  });
  showReminders();

  files.onBusy = (delta) => {
    uploading += delta;
  };
  files.onSignedOut = signedOut;
  submitButton.addEventListener('click', () => form.submit());
  form.on('submit', ({ errors }) => {
    if (uploading) return say(t('Wait until the upload is finished.'), true);
    if (Object.keys(errors).length) return showErrors(t('Please correct {count} places', { count: '{count}' }), []);
    return submit();
  });

  async function submit() {
    if (busy) return;
    setBusy(true);
    board.clear();
    try {
      const body = { answers: answers() };
      if (version !== undefined && version !== null) body.version = version;
      if (given.business_key) body.business_key = given.business_key;
      const result = await send('POST', given.urls.submit, body, { key });
      draft.stop();
      copy.clear();
      say('');
      location.assign(given.urls.done.replace('{id}', result.id || ''));
    } catch (problem) {
      setBusy(false);
      if (!(problem instanceof Problem)) throw problem;
      refused(problem);
    }
  }

  function setBusy(value) {
    busy = value;
    submitButton.disabled = value;
    submitButton.querySelector('[data-label]').hidden = value;
    submitButton.querySelector('[data-busy]').hidden = !value;
  }

  function refused(problem) {
    if (problem.status === 401) return signedOut();
    if (problem.status === 409 || problem.status === 404) return changedMeanwhile(problem);
    if (problem.status === 422 || (problem.status === 400 && problem.errors.length)) return showErrors(t('Some answers are not accepted'), problem.errors.length ? problem.errors : [{ path: '', message: problem.message }]);
    copy.write(answers(), true);
    const text = REASONS[problem.status] ? t(REASONS[problem.status])
      : t('The server could not do this ({status}). What you typed is kept.', { status: problem.status });
    return board.show('bad', t('Not submitted'), text, button(t('Try again'), submit, '.primary'));
  }

  function signedOut() {
    draft.stop();
    copy.write(answers(), true);
    board.show('warn', t('Please sign in again'),
      t('Your session has ended. What you typed is kept and will be here again after you sign in.'),
      link(t('Sign in and continue'), given.urls.signin, '.primary'));
  }

  async function changedMeanwhile(problem) {
    draft.stop();
    copy.write(answers(), true);
    const title = t('This task has changed while you were typing');
    const take = button(t('Copy what I typed'), async () => {
      await navigator.clipboard.writeText(readable(form));
      say(t('Copied.'));
    });
    const current = given.urls.task ? await send('GET', given.urls.task).catch(() => null) : null;
    if (current && current.state !== 'completed' && current.state !== 'cancelled') {
      board.show('warn', title, t('Somebody claimed or released it. What you typed is kept: look again, then submit once more.'),
        button(t('Submit again'), () => { version = current.version; key = crypto.randomUUID(); draft.resume(); submit(); }, '.primary'),
        link(t('Reload the page'), location.pathname));
      return;
    }
    board.show('warn', title, problem.message && !given.urls.task ? problem.message
      : t('It is already finished or was withdrawn. What you typed is kept on this page; you can copy it.'), take, link(t('Reload the page'), location.pathname));
  }

  function showErrors(title, refusedAnswers) {
    const all = places(form);
    const loose = [];
    if (refusedAnswers.length) {
      const errors = {};
      for (const { path, message } of refusedAnswers) {
        const place = all.find((one) => one.path === dotted(path));
        if (place) put(errors, place.errorPath, [...(at(errors, place.errorPath) || []), message]);
        else loose.push(message);
      }
      form._setState({ errors });
    }
    const { errors } = form._getState();
    const wrong = all.filter((place) => Array.isArray(at(errors, place.errorPath)));
    const items = wrong.map((place) => el('li', {},
      el('a', { href: `#${place.domId}`, onclick: (event) => { event.preventDefault(); focusOn(place.domId); } }, place.label),
      `：${at(errors, place.errorPath).join(' ')}`));
    for (const message of loose) items.push(el('li', {}, message));
    board.show('bad', title.replace('{count}', String(items.length)), el('ul', {}, ...items));
    if (wrong.length) focusOn(wrong[0].domId);
  }

  function showReminders() {
    const { data } = form._getState();
    const found = places(form).flatMap((place) => reminders(place.field, place.instance, at(data, place.instance.valuePath))
      .map((message) => `${place.label}：${message}`));
    reminderList.hidden = found.length === 0;
    reminderList.replaceChildren(el('div', {}, el('h3', {}, t('Reminders (they do not block submitting)')),
      el('ul', {}, ...found.map((text) => el('li', {}, text)))));
  }
}

/** `lines[2].amount` and `lines.2.amount` name the same place. */
function dotted(path) {
  return path.replace(/\[(\d+)\]/g, '.$1');
}

/** What was typed, one line per answer, for the clipboard. */
function readable(form) {
  const { data } = form._getState();
  return places(form)
    .filter((place) => place.field.key)
    .map((place) => [place.label, at(data, place.instance.valuePath)])
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([label, value]) => `${label}：${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join('\n');
}
