// Which files a file field takes, told before anything is sent.
import { size } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** Why this file cannot be uploaded, or null. The server checks again. */
export function refuse(file, accept, maxBytes) {
  if (file.size > maxBytes) return t('{name} is larger than {limit}.', { name: file.name, limit: size(maxBytes) });
  const endings = (accept || '').split(',').map((one) => one.trim().toLowerCase()).filter((one) => one.startsWith('.'));
  if (endings.length && !endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    return t('{name}: this kind of file is not accepted here ({accept}).', { name: file.name, accept: endings.join(' ') });
  }
  return null;
}
