// As much of a page as the tested scripts touch while they are loaded: import this before them.
class FakeNode {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, children: [], listeners: {}, className: '' });
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }

  append(...children) {
    this.children.push(...children);
  }
}

globalThis.document = { documentElement: { lang: 'zh-CN' }, createElement: (tag) => new FakeNode(tag) };
globalThis.window = { addEventListener() {} };
