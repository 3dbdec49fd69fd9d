// Colours and badges on a drawing. Meaning never rests on colour alone: every badge has words.
import { el } from '../lib/dom.js';
import { colon, t } from '../lib/i18n.js';

/** Mark what a drawing's payload says of its elements; `into(element)` is what a called diagram's button does, or null. */
export function mark(viewer, diagram, { into }) {
  const marks = new Marks(viewer);
  marks.activities(diagram.activities || {});
  marks.flows(diagram.flows || []);
  marks.findings(diagram.findings || []);
  marks.changes(diagram.changes || {});
  marks.heat(diagram.heat || {});
  marks.calls(into);
}

/** Where a badge lies that covers no label beside its element: on the other side, above or below. */
export function offTheLabel({ label, y, height }, { top, bottom, ...across }) {
  if (!label) return { ...(top === undefined ? { bottom } : { top }), ...across };
  const isBelow = label.y + label.height / 2 > y + height / 2;
  return { ...(isBelow ? { top: -12 } : { bottom: 4 }), ...across };
}

class Marks {
  constructor(viewer) {
    this.canvas = viewer.get('canvas');
    this.overlays = viewer.get('overlays');
    this.registry = viewer.get('elementRegistry');
  }

  marker(id, name) {
    if (this.registry.get(id)) this.canvas.addMarker(id, name);
  }

  badge(id, kind, text, title, position) {
    const html = el(`div.mark.${kind}`, { title, role: 'img', 'aria-label': title }, text);
    this.overlays.add(id, { position: offTheLabel(this.registry.get(id), position), html });
  }

  activities(states) {
    for (const [id, state] of Object.entries(states)) {
      if (!this.registry.get(id)) continue;
      if (state.failed) this.failed(id);
      else if (state.active) this.active(id, state.active);
      else if (state.visits) this.marker(id, 'is-done');
      if (state.visits > 1) this.badge(id, 'times', `${state.visits}×`, t('done {count}×', { count: state.visits }), { bottom: 10, right: 26 });
    }
  }

  failed(id) {
    this.marker(id, 'is-failed');
    this.badge(id, 'bad', '!', t('failed here'), { top: -12, left: -10 });
  }

  active(id, tokens) {
    this.marker(id, 'is-active');
    this.badge(id, 'now', `● ${t('here now')}${tokens > 1 ? ` ×${tokens}` : ''}`, t('here now'), { top: -14, left: 0 });
  }

  flows(ids) {
    for (const id of ids) this.marker(id, 'is-taken');
  }

  findings(all) {
    for (const [id, found] of byElement(all)) {
      if (!this.registry.get(id)) continue;
      const bad = found.some((one) => one.severity === 'error');
      const words = found.map((one) => `${t(one.severity)}${colon}${one.message}`).join('\n');
      this.marker(id, bad ? 'is-failed' : 'is-doubtful');
      this.badge(id, bad ? 'bad' : 'warn', `${bad ? '!' : '?'}${found.length > 1 ? ` ${found.length}` : ''}`, words, { top: -12, left: -10 });
    }
  }

  changes(kinds) {
    for (const [kind, ids] of Object.entries(kinds)) {
      for (const id of ids) this.marker(id, `is-${kind}`);
    }
  }

  heat(badges) {
    for (const [id, { text, title, level }] of Object.entries(badges)) {
      if (!this.registry.get(id)) continue;
      this.marker(id, `is-heat-${level}`);
      this.badge(id, `heat-${level}`, text, title, { top: -14, left: 0 });
    }
  }

  calls(into) {
    const title = t('Show the called diagram');
    for (const element of this.registry.filter((one) => one.type === 'bpmn:CallActivity')) {
      const go = into(element);
      if (!go) continue;
      const label = `${title}${colon}${element.businessObject.name || ''}`;
      const button = el('button.mark.into', { type: 'button', 'aria-label': label, title, onclick: go }, '↘');
      this.overlays.add(element.id, { position: { bottom: 14, right: 14 }, html: button });
    }
  }
}

/** The findings of each element; those about the file as a whole have none. */
export function byElement(findings) {
  const elements = new Map();
  for (const finding of findings) {
    if (finding.element) elements.set(finding.element, [...(elements.get(finding.element) || []), finding]);
  }
  return elements;
}
