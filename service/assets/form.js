// The form of a task, of a start event, or a preview of either.
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import './styles/form.css';
import { Form } from '@bpmn-io/form-js-viewer';
import { payload } from './lib/dom.js';
import { t, translateModule, isChinese } from './lib/i18n.js';
import { feelModule } from './form/feel.js';
import { fileField } from './form/files.js';
import { translateFixedTexts } from './form/chinese.js';
import { rulesModule } from './form/rules.js';
import { phrasesModule } from './form/phrases.js';
import { indexOf, sectionsModule } from './form/sections.js';
import { suggestionsModule } from './form/suggestions.js';
import { typedModule } from './form/typed.js';
import { Desk } from './form/desk.js';

const host = document.querySelector('[data-island="form"]');
const given = payload('form-payload');

const files = {
  uploadUrl: given.urls.upload,
  instance: given.instance,
  maxBytes: given.max_bytes,
  attachments: given.attachments || {},
  onBusy: () => {},
  onSignedOut: () => {},
};
const filesModule = {
  __init__: [['formFields', (formFields) => formFields.register('filepicker', fileField(files))]],
};

const readOnly = given.mode === 'read' || given.mode === 'preview';
const form = new Form({
  container: host,
  debounce: false, // form-js waits 300 ms by default and loses what is typed in that time
  additionalModules: [translateModule, feelModule(given), rulesModule, typedModule(), phrasesModule(given.urls.phrases), suggestionsModule(given.urls), filesModule, sectionsModule(given.schema)],
  properties: { readOnly },
});

try {
  if (!readOnly) await new Desk(form, given, files).open();
  else await form.importSchema(given.schema, given.data);
  indexOf(form, host, given.schema);
  if (isChinese) translateFixedTexts(host);
} catch (error) {
  host.replaceChildren(t('The form could not be loaded.'));
  throw error;
} finally {
  host.removeAttribute('aria-busy');
}
host.form = form; // what the page holds, for tests and for support
document.documentElement.dataset.form = 'ready';
