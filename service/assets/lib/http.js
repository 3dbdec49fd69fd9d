// One way to ask the server: JSON in, JSON out, and a problem that says what went wrong.

/** What the server refused, or why it could not be reached (`status` 0). */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || '');
    this.status = status;
    this.errors = body.errors || [];
    this.kept = body.kept; // of a draft that another window has saved since
  }
}

/** Send `body` as JSON and return the answer; throws a Problem. */
export async function send(method, url, body, { key, keepalive = false } = {}) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  let response;
  try {
    response = await fetch(url, { method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0);
  }
  const answer = await readJson(response);
  if (!response.ok || answer === undefined) throw new Problem(response.ok ? 502 : response.status, answer);
  return answer;
}

async function readJson(response) {
  if (response.status === 204) return {};
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
