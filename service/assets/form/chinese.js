// The place where form-js 2.0.0 does not ask its translator: the word "Select".
import { t } from '../lib/i18n.js';

/** Replace the fixed English text nodes, now and whenever form-js writes them again. */
export function translateFixedTexts(host) {
  const fixed = new Set(['Select']);
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE && fixed.has(node.data)) node.data = t(node.data);
    for (const child of node.childNodes || []) visit(child);
  };
  visit(host);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'characterData') visit(change.target);
      else change.addedNodes.forEach(visit);
    }
  }).observe(host, { subtree: true, childList: true, characterData: true });
}
