// The conclusions a form offers, as buttons that are always in reach: one press answers and hands in.
import { places } from './places.js';

const MARK = 'is-chosen';

export class ConclusionBar {
  /** `offered`: {key, choices: [{value, label, tone}]} or null; `press()` is called once the answer is set. */
  constructor(form, offered, press) {
    Object.assign(this, { form, offered: offered ?? { key: null, choices: [] } });
    this.buttons = [...document.querySelectorAll('[data-conclude]')];
    for (const button of this.buttons) button.addEventListener('click', () => this.press(button.dataset.conclude, press));
  }

  get place() {
    return places(this.form).find(({ field, path }) => field.properties?.role === 'conclusion' && path === this.offered.key);
  }

  /** The choice that stands in the form, or undefined. */
  get chosen() {
    const value = this.offered.key && this.offered.key.split('.').reduce((found, step) => found?.[step], this.form._getState().data);
    return this.offered.choices.find((choice) => choice.value === value);
  }

  show() {
    const { chosen } = this;
    for (const button of this.buttons) button.classList.toggle(MARK, button.dataset.conclude === chosen?.value);
  }

  disable(value) {
    for (const button of this.buttons) button.disabled = value;
  }

  async press(value, then) {
    const { place } = this;
    if (!place) return;
    this.form._update({ fieldInstance: place.instance, value });
    await drawn();
    then();
  }
}

/** What the answer shows or hides has been drawn: only what is drawn is checked. */
function drawn() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve))));
  });
}
