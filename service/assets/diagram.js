// A BPMN drawing on a page. The viewer is larger than the page: it is fetched when a drawing comes into sight.
const NEAR = '400px';

const views = new Map();

/** Open a host's viewer, once; the promise yields what points at an element in it. */
function opened(host) {
  if (!views.has(host)) views.set(host, open(host));
  return views.get(host);
}

async function open(host) {
  host.setAttribute('aria-busy', 'true');
  const { view } = await import('./diagram/viewer.js');
  const point = await view(host);
  host.removeAttribute('aria-busy');
  document.documentElement.dataset.diagram = 'ready';
  return point;
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
