import './page.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mark } from '../../service/assets/diagram/marks.js';

const GATEWAY = { x: 100, y: 100, width: 50, height: 50 };
const ELEMENTS = {
  task: { x: 0, y: 0, width: 100, height: 80 },
  below: { ...GATEWAY, label: { x: 100, y: 154, width: 60, height: 14 } },
  above: { ...GATEWAY, label: { x: 100, y: 82, width: 60, height: 14 } },
};

/** Return where the badge of an element lies that a case came to several times, or stands at. */
function badge(id, state) {
  const laid = {};
  const services = {
    canvas: { addMarker() {} },
    overlays: { add: (element, { position }) => Object.assign(laid, { [element]: position }) },
    elementRegistry: { get: (name) => ELEMENTS[name], filter: () => [] },
  };
  mark({ get: (name) => services[name] }, { activities: { [id]: state } }, { into: () => null });
  return Object.keys(laid[id]).find((side) => ['top', 'bottom'].includes(side));
}

test('heat is a badge with words, on activities of this drawing alone', () => {
  const laid = [];
  const services = {
    canvas: { addMarker() {} },
    overlays: { add: (element, { html }) => laid.push([element, html.attributes.title]) },
    elementRegistry: { get: (name) => ELEMENTS[name], filter: () => [] },
  };
  const hot = { text: '12 · 8 h', title: '12 answered', level: 3 };
  mark({ get: (name) => services[name] }, { heat: { task: hot, elsewhere: hot } }, { into: () => null });

  assert.deepEqual(laid, [['task', '12 answered']]);
});

test('a badge lies on the side of an element where its name is not', () => {
  assert.equal(badge('task', { visits: 2 }), 'bottom');
  assert.equal(badge('below', { visits: 2 }), 'top');
  assert.equal(badge('above', { visits: 2 }), 'bottom');
  assert.equal(badge('task', { active: 1 }), 'top');
  assert.equal(badge('above', { active: 1 }), 'bottom');
});
