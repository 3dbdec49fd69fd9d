// How functions of FEEL are written down here.
import { kind } from './kinds.js';

/** A function with the parameter names FEEL knows it by; a result of undefined means: bad arguments. */
export const define = (names, body) => ({ names, body });

const spread = (args) => (args.length === 1 && Array.isArray(args[0]) ? args[0] : args);
export const variadic = (body) => define(['...list'], (...args) => body(spread(args)));

export const isNumber = (value) => typeof value === 'number';
export const isText = (value) => typeof value === 'string';
export const isWhole = Number.isInteger;
export const numbers = (list) => list.every(isNumber);

/** A value where a list is wanted: FEEL takes a single one for the list of it. Undefined for null. */
export const listOf = (value) => (kind(value) === 'null' ? undefined : [].concat(value));

/** A position from 1, or backwards from -1, as an index from 0; undefined for one that is not there. */
export function indexOf(position, length) {
  if (!isWhole(position) || position === 0 || Math.abs(position) > length) return undefined;
  return position > 0 ? position - 1 : length + position;
}
