// Working on a form: restore, autosave, submit once, and an answer for everything that can go wrong on the way.
import { Problem, send } from '../lib/http.js';
import { colon, t } from '../lib/i18n.js';
import { el } from '../lib/dom.js';
import { draftSaver, tabCopy } from './keep.js';
import { button, link, noticeBoard } from './notices.js';
import { ConclusionBar } from './conclusions.js';
import { ask } from '../lib/dialog.js';
import { at, focusOn, places, put } from './places.js';
import { questions, reminders } from './rules.js';

const REASONS = {
  0: 'The connection failed. What you typed is kept; try again. Nothing is submitted twice.',
  403: 'You may not submit this: it waits for somebody else, or you did the step before.',
  429: 'Too many attempts. Wait a moment and try again.',
};
const FINISHED = ['completed', 'cancelled'];

export class Desk {
  /** `given`: what the server put beside the form; `files`: the context of the file fields. */
  constructor(form, given, files) {
    Object.assign(this, { form, given, files, version: given.version, uploads: 0, busy: false, touched: false });
    this.host = document.querySelector('[data-island="form"]');
    this.board = noticeBoard(document.querySelector('[data-form-notices]'));
    this.reminders = document.querySelector('[data-form-warnings]');
    this.status = document.querySelector('[data-form-status]');
    this.button = document.querySelector('[data-form-submit]');
    this.bar = new ConclusionBar(form, given.decision, () => this.conclude());
    this.copy = tabCopy(given.user, given.name);
    this.renewKey();
  }

  /** Show the form with what was typed before, and listen. */
  async open() {
    const restored = this.restorable();
    await this.form.importSchema(this.given.schema, { ...this.given.data, ...restored?.answers });
    this.draft = draftSaver(this.given.urls.draft, this.given.draft_kept, () => this.answers, (text, bad) => this.say(text, bad),
      (problem) => this.refuse(problem), (over) => this.copy.write(this.answers, false, over));
    this.known = JSON.stringify(this.answers);
    this.listen();
    this.bar.show();
    this.remind();
    this.beReady();
    if (!restored) return;
    this.touched = true;
    this.tell('good', t('What you typed before is back.'), null, button(t('Discard it'), () => this.discard()));
    if (this.given.urls.draft) this.draft.replace(restored.over ?? this.given.draft_kept);
  }

  /** Whoever decides with a keyboard at hand finds the first thing to be typed ready, where it is in sight. */
  beReady() {
    if (!this.given.decision || !matchMedia('(pointer: fine)').matches || document.activeElement !== document.body) return;
    const first = this.host.querySelector('input[type=text], textarea');
    const { top, bottom } = first?.getBoundingClientRect() ?? { top: -1 };
    if (top > 0 && bottom < innerHeight && !first.value && first.required) first.focus({ preventScroll: true });
  }

  get answers() {
    return this.form._getSubmitData();
  }

  /** What this tab kept and the server does not have: after a lost session, or of a form without drafts. */
  restorable() {
    const kept = this.copy.read();
    if (!kept || !(kept.lost || !this.given.urls.draft)) return null;
    const { data } = this.given;
    const isThere = Object.entries(kept.answers).every(([key, value]) => JSON.stringify(value ?? null) === JSON.stringify(data[key] ?? null));
    return isThere && this.given.draft_kept ? null : kept;
  }

  /** What came back is not wanted: the draft is again what the server had when the page came. */
  async discard() {
    await this.form.importSchema(this.given.schema, this.given.data);
    if (this.given.urls.draft) await this.draft.replace(this.draft.over);
    this.draft.stop();
    this.startAnew();
  }

  startAnew() {
    this.copy.clear();
    location.reload();
  }

  listen() {
    // What the form computes by itself while it opens is no draft: that begins with the person's first move.
    const move = () => { this.touched = true; };
    for (const name of ['input', 'click', 'keydown', 'drop']) this.host.addEventListener(name, move, { capture: true });
    // Half-typed pinyin is no answer yet.
    this.host.addEventListener('compositionstart', () => { this.composing = true; });
    this.host.addEventListener('compositionend', () => { this.composing = false; this.changed(); });
    this.form.on('changed', () => this.changed());
    this.form.on('submit', ({ errors }) => this.check(errors));
    this.button?.addEventListener('click', () => this.form.submit());
    const lent = document.querySelector('form[data-takes-answers]');
    lent?.addEventListener('submit', () => this.handOver(lent));
    lent?.addEventListener('refused', () => this.takeBack());
    this.files.onBusy = (delta) => { this.uploads += delta; };
    this.files.onSignedOut = () => this.signedOut();
  }

  changed() {
    this.remind();
    this.bar.show();
    if (this.listed) this.list();
    const now = JSON.stringify(this.answers);
    if (this.composing || now === this.known) return;
    this.known = now;
    this.renewKey();
    if (!this.touched) return;
    this.copy.write(this.answers, true, this.draft.over);
    this.draft.soon();
  }

  /** Other answers are another request: the server must not take them for a repetition. */
  renewKey() {
    this.key = crypto.randomUUID();
  }

  say(text, bad = false) {
    this.status.textContent = text;
    this.status.classList.toggle('is-bad', bad);
  }

  check(errors) {
    if (this.uploads) this.say(t('Wait until the upload is finished.'), true);
    else if (Object.keys(errors).length) this.showErrors(this.titleOfMissing());
    else this.makeSure(() => this.submit());
  }

  /** A conclusion was pressed in the bar: it is the answer, and hands in what stands in the form. */
  conclude() {
    this.touched = true;
    this.form.submit();
  }

  /** Say something above the bar, in the place of whatever stands there. */
  tell(...said) {
    this.listed = null;
    this.board.show(...said);
  }

  titleOfMissing() {
    const { chosen } = this.bar;
    return (count) => (chosen ? t('Before “{name}”: {count} places to fill in or correct', { name: chosen.label, count })
      : t('Please correct {count} places', { count }));
  }

  /** Ask once more before what ends or refuses something, with its consequence in words. */
  makeSure(then) {
    const { data } = this.form._getState();
    const { chosen } = this.bar;
    const asked = places(this.form).flatMap(({ field, instance }) => questions(field, instance, at(data, instance.valuePath)));
    const isGrave = chosen?.tone === 'bad';
    if (!asked.length && !isGrave) return then();
    const general = t('It goes into the record as your conclusion. You can take it back until the next step is touched.');
    const name = chosen?.label ?? t('Submit');
    return ask(t('Conclude “{name}”?', { name }), then, { text: asked.length ? asked : general, verb: name, kind: isGrave ? 'danger' : 'primary' });
  }

  async submit() {
    if (this.busy) return;
    this.setBusy(true);
    this.listed = null;
    this.board.clear();
    this.draft.stop(); // a draft that arrives after the answers would be refused, and alarm for nothing
    try {
      const result = await send('POST', this.given.urls.submit, this.request(), { key: this.key });
      this.copy.clear();
      this.say('');
      location.assign(this.given.urls.done.replace('{id}', result.id || ''));
    } catch (problem) {
      this.setBusy(false);
      this.say('');
      this.draft.resume();
      if (!(problem instanceof Problem)) throw problem;
      this.draft.soon();
      this.refuse(problem);
    }
  }

  request() {
    const body = { answers: this.answers };
    if (this.version !== undefined) body.version = this.version;
    if (this.given.business_key) body.business_key = this.given.business_key;
    return body;
  }

  /** What was prepared goes along with a form of the page that gives it to somebody else. */
  handOver(target) {
    this.draft.stop();
    this.copy.clear();
    target.elements.answers.value = JSON.stringify(this.answers);
  }

  takeBack() {
    this.draft.resume();
    this.draft.soon();
  }

  setBusy(value) {
    this.busy = value;
    this.bar.disable(value);
    if (value) this.say(t('Submitting…'));
    if (!this.button) return;
    this.button.disabled = value;
    this.button.querySelector('[data-label]').hidden = value;
    this.button.querySelector('[data-busy]').hidden = !value;
  }

  refuse(problem) {
    const { status } = problem;
    if (status === 401) return this.signedOut();
    if (problem.kept !== undefined) return this.draftedElsewhere(problem);
    if (status === 404 || status === 409) return this.changedMeanwhile(problem);
    if (status === 422 || (status === 400 && problem.errors.length)) return this.showRefused(problem);
    this.copy.write(this.answers, true, this.draft.over);
    return this.tell('bad', t('Not submitted'), reason(problem), button(t('Try again'), () => this.submit(), '.primary'));
  }

  signedOut() {
    this.draft.stop();
    this.copy.write(this.answers, true, this.draft.over);
    this.tell('warn', t('Please sign in again'),
      t('Your session has ended. What you typed is kept and will be here again after you sign in.'),
      link(t('Sign in and continue'), this.given.urls.signin, '.primary'));
  }

  /** Another window of the same person has saved a draft: neither is thrown away unasked. */
  draftedElsewhere({ kept }) {
    this.draft.stop();
    this.copy.write(this.answers, true, this.draft.over);
    const take = () => {
      this.board.clear();
      this.draft.replace(kept);
    };
    this.tell('warn', t('Another window has saved other answers'),
      t('You have this form open twice. Nothing is saved from here until you choose.'),
      button(t('Go on with what stands here'), take, '.primary'), button(t('Show the other answers'), () => this.startAnew()));
  }

  async changedMeanwhile(problem) {
    this.draft.stop();
    this.copy.write(this.answers, true, this.draft.over);
    const title = t('This task has changed while you were typing');
    const reload = link(t('Reload the page'), location.pathname);
    const { task } = this.given.urls;
    const current = task ? await send('GET', task).catch(() => null) : null;
    if (current && !FINISHED.includes(current.state)) {
      this.tell('warn', title, t('Somebody claimed or released it. What you typed is kept: look again, then submit once more.'),
        button(t('Submit again'), () => this.submitAt(current.version), '.primary'), reload);
      return;
    }
    const text = task ? t('It is already finished or was withdrawn. What you typed is kept on this page; you can copy it.') : problem.message;
    this.tell('warn', title, text, button(t('Copy what I typed'), () => this.copyOut()), reload);
  }

  submitAt(version) {
    this.version = version;
    this.renewKey();
    this.draft.resume();
    this.submit();
  }

  /** What was typed goes to the clipboard, one line per answer. */
  async copyOut() {
    const { data } = this.form._getState();
    const lines = places(this.form)
      .filter((place) => place.field.key)
      .map((place) => [place.label, at(data, place.instance.valuePath)])
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([label, value]) => `${label}${colon}${typeof value === 'object' ? JSON.stringify(value) : value}`);
    await navigator.clipboard.writeText(lines.join('\n'));
    this.say(t('Copied.'));
  }

  /** Put what the server refused to the fields it is about; what belongs to none is only listed. */
  showRefused(problem) {
    const all = places(this.form);
    const errors = {};
    const loose = [];
    for (const { path, message } of problem.errors.length ? problem.errors : [{ path: '', message: problem.message }]) {
      const place = all.find((one) => one.path === dotted(path));
      if (place) put(errors, place.errorPath, [...(at(errors, place.errorPath) || []), message]);
      else loose.push(message);
    }
    this.form._setState({ errors });
    this.showErrors(() => t('Some answers are not accepted'), loose);
  }

  /** List what is wrong with a link to each field, and go to the first. */
  showErrors(title, loose = []) {
    this.listed = { title, loose };
    const [first] = this.list();
    if (first) focusOn(first.domId);
  }

  /** The list of what is wrong as it is now: it shrinks while one mends. */
  list() {
    const { title, loose } = this.listed;
    const { errors } = this.form._getState();
    const wrong = places(this.form).filter((place) => Array.isArray(at(errors, place.errorPath)));
    const lead = (place) => (event) => {
      event.preventDefault();
      focusOn(place.domId);
    };
    const items = [
      ...wrong.map((place) => el('li', {},
        el('a', { href: `#${place.domId}`, onclick: lead(place) }, place.label), `${colon}${at(errors, place.errorPath).join(' ')}`)),
      ...loose.map((message) => el('li', {}, message)),
    ];
    if (!items.length) {
      this.listed = null;
      this.board.clear();
    } else if (items.map((item) => item.textContent).join() !== this.listed.shown) {
      this.listed.shown = items.map((item) => item.textContent).join();
      this.board.show('bad', title(items.length), el('ul', {}, ...items));
    }
    return wrong;
  }

  /** The reminders of the form's rules: shown above the button, never in the way. */
  remind() {
    const { data } = this.form._getState();
    const found = places(this.form).flatMap((place) => reminders(place.field, place.instance, at(data, place.instance.valuePath))
      .map((message) => `${place.label}${colon}${message}`));
    this.reminders.hidden = found.length === 0;
    this.reminders.replaceChildren(el('div', {}, el('h3', {}, t('Reminders (they do not block submitting)')),
      el('ul', {}, ...found.map((text) => el('li', {}, text)))));
  }
}

/** Why it was not done: of rights the server knows better than the page. */
function reason({ status, message }) {
  if (status === 403 && message) return message;
  return REASONS[status] ? t(REASONS[status]) : t('The server could not do this ({status}). What you typed is kept.', { status });
}

/** `lines[2].amount` and `lines.2.amount` name the same place. */
function dotted(path) {
  return path.replace(/\[(\d+)\]/g, '.$1');
}
