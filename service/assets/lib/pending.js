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
