// Small helpers to build elements without innerHTML.

const isThere = (value) => value !== null && value !== undefined;

/** `el('a.btn', {href: '/'}, 'text', child)` */
export function el(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && isThere(value)) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => isThere(child) && child !== false));
  return node;
}

/** The JSON that the server put beside an island. */
export function payload(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** "2 MB" */
export function size(bytes) {
  if (bytes >= 1048576) return `${(bytes / 1048576).toFixed(bytes % 1048576 ? 1 : 0)} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}
