// One finger scrolls the page until the drawing is tapped; from then on one finger moves it and two zoom it.
export function fingers(viewer, host) {
  const canvas = viewer.get('canvas');
  const down = new Map();
  const using = () => host.classList.contains('is-used');

  document.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' && !host.contains(event.target)) host.classList.remove('is-used');
  });
  host.addEventListener('click', () => host.classList.add('is-used'));
  host.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' && using()) down.set(event.pointerId, event);
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) host.addEventListener(end, (event) => down.delete(event.pointerId));
  host.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const other = [...down.values()].find((one) => one.pointerId !== event.pointerId);
    if (other) pinch(before, event, other);
    else canvas.scroll({ dx: event.clientX - before.clientX, dy: event.clientY - before.clientY });
    down.set(event.pointerId, event);
  });

  function pinch(before, now, other) {
    const distance = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const box = host.getBoundingClientRect();
    const middle = { x: (now.clientX + other.clientX) / 2 - box.left, y: (now.clientY + other.clientY) / 2 - box.top };
    const scale = canvas.zoom() * (distance(now) / Math.max(1, distance(before)));
    canvas.zoom(Math.min(3, Math.max(0.1, scale)), middle);
  }
}
