import './page.mjs';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { draftSaver, tabCopy } from '../../service/assets/form/keep.js';
import { Problem, send } from '../../service/assets/lib/http.js';
import { settled as saved } from '../../service/assets/lib/pending.js';

const answer = (status, body) => ({ ok: status < 400, status, json: () => (body === undefined ? Promise.reject(new SyntaxError()) : Promise.resolve(body)) });
const settled = () => setImmediate();
let requests;

/** Let the server answer every request like this; an Error means that it cannot be reached. */
function serve(reply) {
  requests = [];
  globalThis.fetch = (url, options) => {
    requests.push({ url, ...options });
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  };
}

describe('asking the server', () => {
  test('sends JSON and its key, and returns the answer', async () => {
    serve(answer(200, { id: 'a' }));

    assert.deepEqual(await send('POST', '/api', { answers: {} }, { key: 'k' }), { id: 'a' });
    const [request] = requests;
    assert.deepEqual([request.method, request.url, request.body], ['POST', '/api', '{"answers":{}}']);
    assert.deepEqual(request.headers, { Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': 'k' });
  });

  test('a question has no body', async () => {
    serve(answer(200, {}));
    await send('GET', '/api');
    assert.deepEqual([requests[0].body, requests[0].headers], [undefined, { Accept: 'application/json' }]);
  });

  test('no content is an empty answer', async () => {
    serve(answer(204));
    assert.deepEqual(await send('POST', '/api', {}), {});
  });

  const refusals = [
    [answer(422, { title: 'Invalid', detail: 'Two fields', errors: [{ path: 'a' }] }), 422, 'Two fields', 1],
    [answer(409, { title: 'Conflict' }), 409, 'Conflict', 0],
    [answer(502), 502, '', 0],
    [answer(200), 502, '', 0],
    [new TypeError('network'), 0, '', 0],
  ];
  for (const [reply, status, message, errors] of refusals) {
    test(`a problem ${status} “${message}”`, async () => {
      serve(reply);
      await assert.rejects(send('POST', '/api', {}), (problem) => {
        assert.ok(problem instanceof Problem);
        assert.deepEqual([problem.status, problem.message, problem.errors.length], [status, message, errors]);
        return true;
      });
    });
  }
});

describe('a draft', () => {
  let answers;
  let said;
  let refused;
  let held;
  const leaving = [];
  const make = (url = '/draft') => draftSaver(url, 'h1', () => answers, (text, bad = false) => said.push([text, bad]), (problem) => refused.push(problem.status), (over) => held.push(over));

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    [answers, said, refused, held] = [{ a: 1 }, [], [], []];
    globalThis.window.addEventListener = (name, heard) => name === 'pagehide' && leaving.push(heard);
    serve(answer(200, { kept: 'h2' }));
  });
  afterEach(() => mock.timers.reset());

  test('is saved once, a moment after the last change', async () => {
    const draft = make();
    answers = { a: 2 };
    draft.soon();
    mock.timers.tick(1000);
    draft.soon();
    mock.timers.tick(1100);
    assert.equal(requests.length, 0);
    mock.timers.tick(200);
    await settled();

    assert.deepEqual(requests.map(({ body }) => body), ['{"answers":{"a":2},"over":"h1"}']);
    assert.match(said.at(-1)[0], /^草稿已保存 \d\d:\d\d$/);
  });

  test('is saved before the page is loaded anew by an action, one after the other', async () => {
    const replies = [];
    requests = [];
    globalThis.fetch = (url, options) => {
      requests.push({ url, ...options });
      return new Promise((resolve) => { replies.push(resolve); });
    };
    const draft = make();
    answers = { a: 2 };
    draft.soon();
    mock.timers.tick(2000);
    await settled();
    answers = { a: 3 };
    draft.soon();
    let isLeft = false;
    const left = saved().then(() => { isLeft = true; });
    await settled();

    assert.deepEqual([requests.length, isLeft], [1, false]);
    replies[0](answer(200, { kept: 'h2' }));
    await settled();
    assert.deepEqual([requests.length, isLeft], [2, false]);
    replies[1](answer(200, { kept: 'h3' }));
    await left;
    assert.deepEqual(requests.map(({ body }) => body), ['{"answers":{"a":2},"over":"h1"}', '{"answers":{"a":3},"over":"h2"}']);
    assert.deepEqual([draft.over, held.at(-1)], ['h3', 'h3']);
  });

  test('goes out with the page that is left, but not what a form computes while it opens', async () => {
    const draft = make();
    const leave = leaving.at(-1);
    answers = { a: 2 };
    leave();
    assert.equal(requests.length, 0);
    draft.soon();
    leave();
    assert.deepEqual(requests.map(({ body, keepalive }) => [body, keepalive]), [['{"answers":{"a":2},"over":"h1"}', true]]);
    await settled();
  });

  test('is saved over the one saved before, or over the one that was chosen', async () => {
    const draft = make();
    answers = { a: 2 };
    draft.soon();
    mock.timers.tick(2000);
    await settled();
    answers = { a: 3 };
    draft.soon();
    mock.timers.tick(2000);
    await settled();
    answers = { a: 4 };
    draft.stop();
    await draft.replace('h9');

    assert.deepEqual(requests.map(({ body }) => JSON.parse(body).over), ['h1', 'h2', 'h9']);
  });

  test('is not saved where nothing changed, nor after it was stopped', async () => {
    const draft = make();
    draft.soon();
    mock.timers.tick(2000);
    answers = { a: 2 };
    draft.stop();
    draft.soon();
    mock.timers.tick(2000);
    draft.resume();
    await settled();

    assert.equal(requests.length, 0);
  });

  test('goes on after resuming', async () => {
    const draft = make();
    draft.stop();
    draft.resume();
    answers = { a: 3 };
    draft.soon();
    mock.timers.tick(2000);
    await settled();

    assert.equal(requests.length, 1);
  });

  test('a form without drafts saves none, not even after resuming', async () => {
    const draft = make(null);
    answers = { a: 2 };
    draft.resume();
    draft.soon();
    mock.timers.tick(2000);
    await settled();

    assert.equal(requests.length, 0);
  });

  for (const [status, heard] of [[409, [409]], [401, [401]], [404, [404]], [500, []]]) {
    test(`that is refused with ${status} is told${heard.length ? ' to the page' : ''}`, async () => {
      serve(answer(status, {}));
      const draft = make();
      answers = { a: 2 };
      draft.soon();
      mock.timers.tick(2000);
      await settled();

      assert.equal(said.at(-1)[1], true);
      assert.deepEqual(refused, heard);
    });
  }

  test('that fails is tried again with the next change', async () => {
    serve(new TypeError('network'));
    const draft = make();
    answers = { a: 2 };
    draft.soon();
    mock.timers.tick(2000);
    await settled();
    serve(answer(200, {}));
    draft.soon();
    mock.timers.tick(2000);
    await settled();

    assert.equal(requests.length, 1);
  });
});

test('the copy in the tab belongs to one person and one task', () => {
  const stored = new Map();
  globalThis.sessionStorage = { setItem: (key, value) => stored.set(key, value), getItem: (key) => stored.get(key) ?? null, removeItem: (key) => stored.delete(key) };
  const mine = tabCopy('linyue', 'task:1');
  mine.write({ a: 1 }, true);

  assert.deepEqual(mine.read(), { answers: { a: 1 }, lost: true });
  assert.equal(tabCopy('zhouheng', 'task:1').read(), null);
  mine.clear();
  assert.equal(mine.read(), null);
});
