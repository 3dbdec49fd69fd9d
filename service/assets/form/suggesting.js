// Where the suggestions for a text field come from, and how they are told.
import { send } from '../lib/http.js';

const MOST = 8;

/** What a field takes its suggestions from, null where it has none. */
export function sourceOf({ suggest, refersTo }, { people, cases }) {
  if (suggest === 'people' && people) return async (typed) => colleagues((await send('GET', asking(people, typed))).items, typed);
  if (refersTo === 'case' && cases) return async (typed) => campaigns((await send('GET', asking(cases, typed))).items);
  return null;
}

function asking(url, typed) {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams({ q: typed, limit: MOST })}`;
}

/** A browser shows of its list only what holds what was typed: initials go with the name they found. */
export function colleagues(items, typed) {
  return items.map(({ display_name: value, department }) => {
    const isSeen = !typed || `${value}${department ?? ''}`.includes(typed);
    return { value, label: [department, isSeen ? null : typed].filter(Boolean).join(' · ') };
  });
}

/** A case once, however much of it was found. */
export function campaigns(items) {
  const names = new Map();
  for (const { business_key: number, name } of items) if (number && !names.get(number)) names.set(number, name ?? '');
  return [...names].map(([value, label]) => ({ value, label }));
}
