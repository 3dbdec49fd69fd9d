// What a page has not saved yet: whatever reloads the page by itself waits for it.
const savers = new Set();

/** Have `save` run, and end, before the page asks for something that reloads it. */
export function saveBeforeLeaving(save) {
  savers.add(save);
}

/** Save all that is pending; ends when it is saved, or was refused and its page told so. */
export function settled() {
  return Promise.all([...savers].map((save) => save()));
}

/** Have every form that leads away, signing out for one, wait until all that is pending is saved. */
export function saveBeforeSubmits() {
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !savers.size || form.dataset.saved) return;
    event.preventDefault();
    await settled();
    await new Promise((resolve) => { setTimeout(resolve); }); // a form cannot be submitted while its submission is told
    form.dataset.saved = '1';
    delete form.dataset.sent; // it was sent no further than here
    form.requestSubmit(event.submitter);
  });
}
