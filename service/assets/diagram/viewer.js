// The drawings in a viewer: where the case stands, what it has passed, what the check found; the way into called ones.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import '../styles/diagram.css';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { mark } from './marks.js';
import { fingers } from './touch.js';

const READABLE_SCALE = 0.57; // the widest drawing, whole, beside the menu of a window of 1280 pixels
const MARGIN = 30;
const TOOLS = 48;

/** Show the drawings that a host holds; returns what points at an element of the one that is open. */
export async function view(host) {
  const given = JSON.parse(host.querySelector('script[type="application/json"]').textContent);
  const canvasHost = el('div.diagram-canvas', { tabindex: '0', role: 'group', 'aria-label': host.dataset.label || '' });
  const path = el('ol.crumbs.diagram-path');
  const viewer = new NavigatedViewer({
    container: canvasHost,
    zoomScroll: { enabled: false },
  });
  host.append(path, canvasHost, tools(viewer));
  onlyWhenUsed(viewer, canvasHost);
  fingers(viewer, canvasHost);

  async function open(index) {
    const diagram = given.diagrams[index];
    await viewer.importXML(diagram.xml ?? (await load(diagram.url)));
    mark(viewer, diagram, { into: (element) => into(given, diagram, element, open) });
    suit(viewer, host);
    frame(viewer, diagram);
    path.replaceChildren(...crumbs(given, diagram, open));
    host.dataset.shown = diagram.definition;
  }

  await open(given.open || 0);
  return (id) => show(viewer, id, canvasHost);
}

async function load(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** What a called diagram's button does: open the called instance in place, or go to the definition's page. */
function into(given, diagram, element, open) {
  const child = given.diagrams.findIndex((one) => one.parent === diagram.path && one.call === element.id && one !== diagram);
  if (child >= 0) return () => open(child);
  const called = element.businessObject.calledElement;
  const url = given.definitions?.[called];
  return url ? () => location.assign(url) : null;
}

function crumbs(given, diagram, open) {
  const trail = [];
  for (let one = diagram; one; one = one.path === '' ? null : given.diagrams.find((other) => other.path === one.parent)) trail.unshift(one);
  if (trail.length < 2) return [];
  return trail.map((one) => el('li', {}, one === diagram
    ? el('span', { 'aria-current': 'true' }, one.name)
    : el('button.linklike', { type: 'button', onclick: () => open(given.diagrams.indexOf(one)) }, one.name)));
}

/** As high as the drawing is where all of its width is seen, and some room below for the tools. */
function suit(viewer, host) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, Math.max(READABLE_SCALE, (outer.width * canvas.zoom()) / (inner.width + 2 * MARGIN)));
  const height = (inner.height + MARGIN) * scale + TOOLS;
  host.style.setProperty('--drawing-height', `clamp(15rem, ${Math.round(height)}px, var(--drawing-most))`);
  canvas.resized();
}

/** Show all of it; where that would be too small to read, show the part that matters, readable. */
function frame(viewer, diagram) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport');
  const fitted = canvas.zoom();
  if (fitted > 1) canvas.zoom(1, 'auto');
  if (fitted >= READABLE_SCALE) return;
  const registry = viewer.get('elementRegistry');
  const shown = registry.get(focus(diagram)) || registry.find((one) => one.type === 'bpmn:StartEvent');
  canvas.zoom(READABLE_SCALE);
  if (shown) center(canvas, shown);
}

/** The id of the element that matters most: where the case stands, else what was found, else what changed. */
function focus({ activities = {}, findings = [], changes = {} }) {
  // What was entered last stands inside what was entered before it.
  const [busy] = Object.entries(activities).findLast(([, state]) => state.failed || state.active) || [];
  const found = findings.find((one) => one.element);
  return busy || found?.element || Object.values(changes).flat()[0] || '';
}

/** Bring an element to the middle, as far as the drawing's edges allow: no empty half beside its first step. */
function center(canvas, element) {
  const { scale, outer, inner } = canvas.viewbox();
  const middle = element.waypoints ? element.waypoints[0] : { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const place = (wanted, first, length, room) => (length + 2 * MARGIN <= room
    ? first - (room - length) / 2
    : Math.min(Math.max(wanted - room / 2, first - MARGIN), first + length + MARGIN - room));
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: place(middle.x, inner.x, inner.width, width), y: place(middle.y, inner.y, inner.height, height), width, height });
}

function show(viewer, id, canvasHost) {
  const element = viewer.get('elementRegistry').get(id);
  if (!element) return;
  const canvas = viewer.get('canvas');
  if (canvas.zoom() < READABLE_SCALE) canvas.zoom(READABLE_SCALE);
  center(canvas, element);
  for (const other of viewer.get('elementRegistry').filter((one) => canvas.hasMarker(one, 'is-pointed'))) canvas.removeMarker(other, 'is-pointed');
  canvas.addMarker(element, 'is-pointed');
  canvasHost.scrollIntoView({ block: 'nearest' });
}

function tools(viewer) {
  const canvas = viewer.get('canvas');
  const button = (label, sign, action) => el('button.btn.small', { type: 'button', 'aria-label': label, title: label, onclick: action }, sign);
  return el('div.diagram-tools', {},
    button(t('Zoom in'), '＋', () => canvas.zoom(Math.min(3, canvas.zoom() * 1.25))),
    button(t('Zoom out'), '－', () => canvas.zoom(Math.max(0.1, canvas.zoom() / 1.25))),
    button(t('Whole diagram'), t('Fit'), () => canvas.zoom('fit-viewport')));
}

/** The wheel moves the page until somebody clicks into the drawing. */
function onlyWhenUsed(viewer, canvasHost) {
  const scroll = viewer.get('zoomScroll');
  canvasHost.addEventListener('pointerdown', () => scroll.toggle(true));
  canvasHost.addEventListener('pointerleave', () => scroll.toggle(false));
}
