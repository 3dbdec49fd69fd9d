// A BPMN drawing on a page. The viewer is larger than the page: it is fetched when a drawing comes into sight.
import { el } from './lib/dom.js';
import { t } from './lib/i18n.js';

const NEAR = '400px';

const views = new Map();

/** Open a host's viewer, once; the promise yields what points at an element in it. */
function opened(host) {
  if (!views.has(host)) views.set(host, open(host));
  return views.get(host);
}

async function open(host) {
  host.setAttribute('aria-busy', 'true');
  try {
    const { view } = await import('./diagram/viewer.js');
    const point = await view(host);
    document.documentElement.dataset.diagram = 'ready';
    return point;
  } catch (error) {
    offerAgain(host);
    throw error;
  } finally {
    host.removeAttribute('aria-busy');
  }
}

/** Never an empty frame: say that the drawing did not come, and fetch it again when asked. */
function offerAgain(host) {
  const again = el('button.btn.small', { type: 'button', onclick: () => location.reload() }, t('Reload the page'));
  host.querySelectorAll(':scope > :not(script)').forEach((shown) => shown.remove());
  host.append(el('div.diagram-problem', { role: 'alert' }, el('p', {}, t('The diagram could not be loaded.')), again));
}

function definitions(host) {
  return JSON.parse(host.querySelector('script[type="application/json"]').textContent).diagrams.map((one) => one.definition);
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    opened(target);
  }
}, { rootMargin: NEAR });

for (const host of document.querySelectorAll('[data-island="diagram"]')) {
  const shown = definitions(host);
  sight.observe(host);
  for (const jump of document.querySelectorAll('[data-show-element]')) {
    if (jump.dataset.in && !shown.includes(jump.dataset.in)) continue;
    jump.addEventListener('click', async () => (await opened(host))(jump.dataset.showElement));
  }
}
