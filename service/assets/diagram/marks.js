// Colours and badges on a drawing. Meaning never rests on colour alone: every badge has words.
import { el } from '../lib/dom.js';
import { colon, t } from '../lib/i18n.js';

export function mark(viewer, diagram, { into }) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  const badge = (id, kind, text, title, position) => overlays.add(id, {
    position, html: el(`div.mark.${kind}`, { title, role: 'img', 'aria-label': title }, text),
  });

  for (const [id, state] of Object.entries(diagram.activities || {})) {
    const element = registry.get(id);
    if (!element) continue;
    if (state.failed) {
      canvas.addMarker(id, 'is-failed');
      badge(id, 'bad', '!', t('failed here'), { top: -12, left: -10 });
    } else if (state.active) {
      canvas.addMarker(id, 'is-active');
      badge(id, 'now', `● ${t('here now')}${state.active > 1 ? ` ×${state.active}` : ''}`, t('here now'), { top: -14, left: 0 });
    } else if (state.visits) {
      canvas.addMarker(id, 'is-done');
    }
    if (state.visits > 1) badge(id, 'times', `${state.visits}×`, t('done {count}×', { count: state.visits }), { bottom: 10, right: 26 });
  }
  for (const id of diagram.flows || []) if (registry.get(id)) canvas.addMarker(id, 'is-taken');
  for (const [id, found] of byElement(diagram.findings || [])) {
    if (!registry.get(id)) continue;
    const bad = found.some((one) => one.severity === 'error');
    canvas.addMarker(id, bad ? 'is-failed' : 'is-doubtful');
    const words = found.map((one) => `${t(one.severity)}${colon}${one.message}`).join('\n');
    badge(id, bad ? 'bad' : 'warn', `${bad ? '!' : '?'}${found.length > 1 ? ` ${found.length}` : ''}`, words, { top: -12, left: -10 });
  }
  for (const [kind, ids] of Object.entries(diagram.changes || {})) {
    for (const id of ids) if (registry.get(id)) canvas.addMarker(id, `is-${kind}`);
  }
  for (const element of registry.filter((one) => one.type === 'bpmn:CallActivity')) {
    const go = into(element);
    if (!go) continue;
    overlays.add(element.id, {
      position: { bottom: 14, right: 14 },
      html: el('button.mark.into', { type: 'button', 'aria-label': `${t('Show the called diagram')}${colon}${element.businessObject.name || ''}`, title: t('Show the called diagram'), onclick: go }, '↘'),
    });
  }
}

/** The findings of each element; those about the file as a whole have none. */
function byElement(findings) {
  const elements = new Map();
  for (const finding of findings) {
    if (finding.element) elements.set(finding.element, [...(elements.get(finding.element) || []), finding]);
  }
  return elements;
}
