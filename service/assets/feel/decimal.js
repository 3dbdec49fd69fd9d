// Arithmetic as people and ledgers do it: 0.1 + 0.2 is 0.3. FEEL numbers are decimals by definition;
// a JavaScript number carries the shortest decimal that names it, so each operation is done on
// those decimals and only the result becomes a number again.
import BigFactory from 'big.js';

const Big = BigFactory();
Big.DP = 34;
Big.RM = Big.roundHalfUp;

const whole = Number.isSafeInteger;

/** The number itself, undefined for one that a JavaScript number cannot name exactly: above 2^53 they have gaps. */
export const usable = (value) => (Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined);

const number = (big) => usable(Number(big.toString()));

function exact(a, b, native, decimal) {
  if (whole(a) && whole(b)) {
    const result = native(a, b);
    if (whole(result)) return result;
  }
  return number(decimal(Big(a), Big(b)));
}

export const plus = (a, b) => exact(a, b, (x, y) => x + y, (x, y) => x.plus(y));
export const minus = (a, b) => exact(a, b, (x, y) => x - y, (x, y) => x.minus(y));
export const times = (a, b) => exact(a, b, (x, y) => x * y, (x, y) => x.times(y));

/** a / b to 34 places; null when b is zero. */
export const divide = (a, b) => (b === 0 ? null : exact(a, b, (x, y) => x / y, (x, y) => x.div(y)));

export function power(a, b) {
  if (a === 0 && b < 0) return null;
  return Number.isInteger(b) && Math.abs(b) <= 100 ? number(Big(a).pow(b)) : usable(a ** b);
}

export function sum(numbers) {
  let result = Big(0);
  for (const value of numbers) result = result.plus(value);
  return number(result);
}

export function product(numbers) {
  return number(numbers.reduce((result, value) => result.times(value), Big(1)));
}

export const root = (value) => number(Big(value).sqrt());

/** The standard deviation of a sample of at least two. */
export function deviation(numbers) {
  const mean = numbers.reduce((result, value) => result.plus(value), Big(0)).div(numbers.length);
  const squares = numbers.reduce((result, value) => result.plus(Big(value).minus(mean).pow(2)), Big(0));
  return number(squares.div(numbers.length - 1).sqrt());
}

/** The remainder with the sign of the divisor, as FEEL defines it; null when the divisor is zero. */
export function modulo(a, b) {
  if (b === 0) return null;
  const rest = Big(a).mod(b);
  return number(rest.eq(0) || rest.lt(0) === b < 0 ? rest : rest.plus(b));
}

const towards = { down: Big.roundDown, up: Big.roundUp, halfUp: Big.roundHalfUp, halfEven: Big.roundHalfEven };

/** Round to `scale` places. Modes: down, up, halfUp, halfDown, halfEven, floor, ceiling. */
export function round(value, scale, mode) {
  const big = Big(value);
  if (mode === 'floor') mode = big.lt(0) ? 'up' : 'down';
  if (mode === 'ceiling') mode = big.lt(0) ? 'down' : 'up';
  if (mode === 'halfDown') {
    const cut = big.round(scale, Big.roundDown);
    const half = Big(5).times(Big(10).pow(-scale - 1));
    mode = big.minus(cut).abs().gt(half) ? 'up' : 'down';
  }
  return number(big.round(scale, towards[mode]));
}

export const decimals = (value) => {
  const big = Big(value);
  return Math.max(0, big.c.length - 1 - big.e);
};

/** -1, 0 or 1; throws when either is not a number. */
export const order = (a, b) => Big(a).cmp(Big(b));
export const isMultiple = (value, step) => Big(value).mod(Big(step)).eq(0);
