// The file field: uploads at once, shows progress, and holds the list of attachment ids as its value.
import { h } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Errors, Label } from '@bpmn-io/form-js-viewer';
import { size } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { refuse } from './refusal.js';

const MOST_KINDS = 8;

/** Build the component for one form. `context`: { uploadUrl, instance, maxBytes, attachments, onBusy(delta), onSignedOut() } */
export function fileField(context) {
  function Files({ field, value, onChange, disabled, readonly, errors = [], domId }) {
    const input = useRef(null);
    const latest = useRef([]);
    latest.current = Array.isArray(value) ? value : [];
    const [uploads, setUploads] = useState([]);
    const [problems, setProblems] = useState([]);
    const multiple = field.multiple === true;
    const open = !disabled && !readonly;

    const change = (ids) => {
      latest.current = ids;
      onChange({ value: ids });
    };
    const finish = (id, attachment) => {
      context.attachments[attachment.id] = attachment;
      change(multiple ? [...latest.current, attachment.id] : [attachment.id]);
    };
    const take = async (files) => {
      setProblems([]);
      for (const file of multiple ? files : files.slice(0, 1)) {
        const refusal = refuse(file, field.accept, context.maxBytes);
        if (refusal) {
          setProblems((all) => [...all, refusal]);
          continue;
        }
        const id = crypto.randomUUID();
        const show = (percent) => setUploads((all) => [...all.filter((one) => one.id !== id), { id, name: file.name, percent }]);
        show(0);
        context.onBusy(1);
        try {
          finish(id, await upload(context, file, show));
        } catch (problem) {
          setProblems((all) => [...all, t('{name} could not be uploaded: {reason}', { name: file.name, reason: problem.message })]);
          if (problem.status === 401) context.onSignedOut();
        }
        context.onBusy(-1);
        setUploads((all) => all.filter((one) => one.id !== id));
      }
    };
    const chosen = (event) => {
      const files = [...event.target.files];
      event.target.value = '';
      take(files);
    };
    const dropped = (event) => {
      event.preventDefault();
      if (open) take([...event.dataTransfer.files]);
    };
    const errorId = `${domId}-error-message`;

    return h('div', { class: `fjs-form-field fjs-form-field-files${errors.length ? ' fjs-has-errors' : ''}` },
      h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
      h('ul', { class: 'files' },
        latest.current.map((id) => fileRow(context.attachments[id] || { id, filename: t('file') }, open && (() => change(latest.current.filter((x) => x !== id))))),
        uploads.map((one) => h('li', { key: one.id },
          h('progress', { max: 100, value: one.percent, 'aria-label': one.name }),
          h('span', {}, t('Uploading {name}: {percent} %', { name: one.name, percent: one.percent })))),
      ),
      !open && !latest.current.length ? h('p', { class: 'files-none' }, '—') : null,
      open ? dropZone({ field, multiple, input, domId, errorId, invalid: errors.length > 0, maxBytes: context.maxBytes, chosen, dropped }) : null,
      h('div', { role: 'alert' }, problems.map((text) => h('p', { class: 'files-problem' }, text))),
      h(Errors, { id: errorId, errors }));
  }
  Files.config = {
    type: 'filepicker', keyed: true, label: 'File picker', group: 'basic-input', emptyValue: null,
    sanitizeValue: ({ value }) => (Array.isArray(value) ? value : null),
    create: (options = {}) => ({ ...options }),
  };
  return Files;
}

function dropZone({ field, multiple, input, domId, errorId, invalid, maxBytes, chosen, dropped }) {
  const hintId = `${domId}-hint`;
  const limit = t('Up to {limit} each', { limit: size(maxBytes) });
  return h('div', { class: 'files-drop', onDragOver: (event) => event.preventDefault(), onDrop: dropped },
    h('input', { type: 'file', id: domId, ref: input, class: 'visually-hidden', multiple, accept: field.accept || undefined, onChange: chosen,
      'aria-describedby': `${hintId} ${errorId}`, 'aria-invalid': invalid }),
    h('button', { type: 'button', class: 'btn small', onClick: () => input.current.click() }, multiple ? t('Choose files') : t('Choose a file')),
    h('span', { class: 'files-hint', id: hintId, title: field.accept }, [kinds(field.accept), limit].filter(Boolean).join(' · ')));
}

/** The endings a field takes, the first of them where there are many. */
function kinds(accept = '') {
  const endings = accept.split(',').map((one) => one.trim()).filter(Boolean);
  return endings.slice(0, MOST_KINDS).join(' ') + (endings.length > MOST_KINDS ? ' …' : '');
}

function fileRow(attachment, remove) {
  const name = attachment.filename || attachment.name || attachment.id;
  return h('li', { key: attachment.id },
    h('a', { href: attachment.url || `/api/v1/attachments/${attachment.id}` }, name),
    attachment.size ? h('small', {}, size(attachment.size)) : null,
    remove ? h('button', { type: 'button', class: 'btn quiet small', onClick: remove, 'aria-label': t('Remove {name}', { name }) }, t('Remove')) : null);
}

function upload(context, file, onPercent) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append('file', file, file.name);
    if (context.instance) body.append('instance_id', context.instance);
    const request = new XMLHttpRequest();
    request.open('POST', context.uploadUrl);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = (event) => event.lengthComputable && onPercent(Math.floor((event.loaded / event.total) * 100));
    const fail = (status, text) => reject(Object.assign(new Error(text), { status }));
    request.onerror = () => fail(0, t('the connection failed'));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(JSON.parse(request.responseText));
      return fail(request.status, reason(request));
    };
    request.send(body);
  });
}

/** What the server said against the file, or what its status means where it said nothing. */
function reason(request) {
  const known = { 401: 'you are signed out', 413: 'the file is too large', 415: 'this kind of file is not accepted' };
  if (request.status === 415) return detail(request) || t(known[415]);
  return known[request.status] ? t(known[request.status]) : t('error {status}', { status: request.status });
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return '';
  }
}
