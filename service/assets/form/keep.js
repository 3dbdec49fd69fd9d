// What has been typed is never lost: a copy in this tab, and a draft on the server.
import { Problem, send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { saveBeforeLeaving } from '../lib/pending.js';

const DRAFT_DELAY_MILLISECONDS = 1200;

/**
 * The copy in this tab, kept per user and per task; it survives signing in again and ends with the tab. `lost`: the
 * server has not said that it has these answers; `over`: the draft on the server that they go on from.
 */
export function tabCopy(user, name) {
  const key = `countersign:${user}:${name}`;
  return {
    write: (answers, lost, over) => sessionStorage.setItem(key, JSON.stringify({ answers, lost, over })),
    clear: () => sessionStorage.removeItem(key),
    read: () => JSON.parse(sessionStorage.getItem(key) || 'null'),
  };
}

/**
 * Save a draft on the server soon after each change. `over`: what the server said of the draft these answers began
 * with. `status(text, isBad)` tells the reader; `refused(problem)` hears 401, 404 and 409; `kept(over)` hears that the
 * server has all there is. One is sent after the other, so that each goes over the one before.
 */
export function draftSaver(url, over, answers, status, refused, kept = () => {}) {
  let timer = null;
  let saved = JSON.stringify(answers());
  let stopped = !url;
  let pending = false; // what a form computes while it opens is no draft
  let underWay = null;

  function save() {
    clearTimeout(timer);
    const mine = (underWay ? underWay.then(() => write()) : write()).finally(() => {
      if (underWay === mine) underWay = null;
    });
    underWay = mine;
    return mine;
  }

  async function write(keepalive = false) {
    if (stopped || !pending) return;
    const now = JSON.stringify(answers());
    try {
      if (now !== saved) await put(now, keepalive);
      if (stopped || JSON.stringify(answers()) !== now) return;
      pending = false;
      kept(over);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!stopped) tell(problem); // unless the answers themselves were handed in meanwhile
    }
  }

  async function put(now, keepalive) {
    status(t('Saving draft…'));
    ({ kept: over } = await send('POST', url, { answers: JSON.parse(now), over }, { keepalive }));
    saved = now;
    status(t('Draft saved {time}', { time: clock() }));
  }

  function tell(problem) {
    status(t('The draft could not be saved. What you typed stays on this page.'), true);
    if ([401, 409, 404].includes(problem.status)) refused(problem);
  }

  // A request under way ends with its page; the server takes the same answers twice.
  window.addEventListener('pagehide', () => write(true));
  saveBeforeLeaving(save);
  return {
    soon() {
      if (stopped) return;
      pending = true;
      clearTimeout(timer);
      timer = setTimeout(save, DRAFT_DELAY_MILLISECONDS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    resume() {
      stopped = !url;
    },
    get over() {
      return over;
    },
    /** Go on over another draft than before, and save at once whatever was saved. */
    replace(other) {
      over = other;
      saved = null;
      pending = true;
      stopped = !url;
      return save();
    },
  };
}

function clock() {
  return new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
}
