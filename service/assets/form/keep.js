// What has been typed is never lost: a copy in this tab, and a draft on the server.
import { Problem, send } from '../lib/http.js';
import { t } from '../lib/i18n.js';

const DRAFT_DELAY_MILLISECONDS = 1200;

/** The copy in this tab, kept per user and per task; it survives signing in again and ends with the tab. */
export function tabCopy(user, name) {
  const key = `countersign:${user}:${name}`;
  return {
    write: (answers, lost) => sessionStorage.setItem(key, JSON.stringify({ answers, lost })),
    clear: () => sessionStorage.removeItem(key),
    read: () => JSON.parse(sessionStorage.getItem(key) || 'null'),
  };
}

/**
 * Save a draft on the server soon after each change. `over`: what the server said of the draft these answers began
 * with. `status(text, isBad)` tells the reader; `refused(problem)` hears 401 and 409.
 */
export function draftSaver(url, over, answers, status, refused) {
  let timer = null;
  let saved = JSON.stringify(answers());
  let stopped = !url;

  async function save(keepalive = false) {
    clearTimeout(timer);
    timer = null;
    const now = JSON.stringify(answers());
    if (stopped || now === saved) return;
    status(t('Saving draft…'));
    try {
      ({ kept: over } = await send('POST', url, { answers: JSON.parse(now), over }, { keepalive }));
      saved = now;
      status(t('Draft saved {time}', { time: clock() }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (stopped) return; // the answers themselves were handed in meanwhile
      status(t('The draft could not be saved. What you typed stays on this page.'), true);
      if ([401, 409, 404].includes(problem.status)) refused(problem);
    }
  }

  window.addEventListener('pagehide', () => timer && save(true));
  return {
    soon() {
      if (stopped) return;
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
    /** Go on over another draft than before. */
    replace(kept) {
      over = kept;
      stopped = !url;
      return save();
    },
  };
}

function clock() {
  return new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
}
