// Charts on a board. The library is far larger than the page: it is fetched when a chart comes into sight.
import './styles/chart.css';

const NEAR = '300px';

async function open(host) {
  const { draw } = await import('./chart/drawing.js');
  draw(host, document.getElementById(host.dataset.table));
  host.dataset.drawn = 'yes';
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    open(target);
  }
}, { rootMargin: NEAR });

for (const host of document.querySelectorAll('[data-island="chart"]')) sight.observe(host);
