// What is typed into <form data-draft="name"> is kept on this device until it is saved: it survives a reload, a lost
// connection and an expired session. Never kept: passwords, files, hidden fields (except the key of what is to be
// saved: sent again it must be the same), anything marked data-no-draft.
import { make, meta, whenPresent, word } from './page.js';

const prefix = 'shegong:draft:';
const keptDays = 3;
const sentKey = 'shegong:draft-sent';

const keyOf = (form) => `${prefix}${meta('viewer')}:${form.dataset.draft || location.pathname}`;

function fieldsOf(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      field.matches('input, select, textarea') &&
      !field.matches('[type=password], [type=file], [type=hidden]:not([data-key]), [type=submit], [data-no-draft], [autocomplete*=password], [autocomplete=one-time-code]'),
  );
}

const isChoice = (field) => field.type === 'checkbox' || field.type === 'radio';

function valueOf(field) {
  if (isChoice(field)) return field.checked;
  if (field.multiple && field.options) return [...field.selectedOptions].map((option) => option.value);
  return field.value;
}

function setValue(field, value) {
  if (isChoice(field)) field.checked = value;
  else if (field.multiple && field.options) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

const nameOf = (field) => (isChoice(field) ? `${field.name}=${field.value}` : field.name);

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** The draft of a form: { at, values }, or null. */
export const draftOf = (form) => read(keyOf(form));

/** Shows drafts of whole pages (named by their address) in a list that waits for them: [data-drafts]. */
function showPending(list) {
  const start = `${prefix}${meta('viewer')}:/`;
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(start))) {
    const text = (read(key)?.values?.summary ?? '').trim().slice(0, 40);
    const link = make('a', { href: key.slice(start.length - 1) }, text || list.dataset.untitled);
    const title = make('div', { class: 'row-title' }, link);
    list.append(make('li', {}, make('div', { class: 'row-item' }, make('div', { class: 'row-main' }, title))));
    list.closest('[data-drafts-part]').hidden = false;
  }
}

function keep(form) {
  const values = Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), valueOf(field)]));
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
  } catch {
    // Storage may be full or forbidden; the form itself still works.
  }
}

function restore(form) {
  const draft = read(keyOf(form));
  if (!draft) return;
  // The server's answer already holds what was typed, and the errors beside it.
  if (form.querySelector('[aria-invalid=true], [data-error-summary]')) return;
  const before = new Map(fieldsOf(form).map((field) => [field, valueOf(field)]));
  let changed = false;
  for (const [field, old] of before) {
    const value = draft.values[nameOf(field)];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(old)) continue;
    setValue(field, value);
    changed = true;
  }
  if (!changed) return;
  form.dispatchEvent(new CustomEvent('draft:restored', { bubbles: true }));
  const discard = make('button', { type: 'button', class: 'btn btn-bare btn-small' }, word('discard'));
  const note = make('div', { class: 'draft-note', role: 'status' }, make('span', {}, word('restored')), discard);
  discard.addEventListener('click', () => {
    for (const [field, old] of before) setValue(field, old);
    localStorage.removeItem(keyOf(form));
    note.remove();
    form.dispatchEvent(new CustomEvent('draft:discarded', { bubbles: true }));
  });
  form.prepend(note);
}

/** Forgets drafts that a test accepts. */
function forget(test) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix) && test(key, read(key))) localStorage.removeItem(key);
}

function forgetSaved() {
  const sent = sessionStorage.getItem(sentKey);
  // Errors, sign-in pages and the form coming back with problems all mean: not saved yet.
  if (!sent || document.body.classList.contains('page-plain')) return;
  const back = [...document.querySelectorAll('form[data-draft]')].find((form) => keyOf(form) === sent);
  if (!back?.querySelector('[aria-invalid=true], [data-error-summary]')) localStorage.removeItem(sent);
  sessionStorage.removeItem(sentKey);
}

export function startDrafts() {
  try {
    forget((key, draft) => !draft || Date.now() - draft.at > keptDays * 24 * 3600 * 1000);
    forgetSaved();
  } catch {
    return;
  }
  const pending = new WeakMap();
  const keepSoon = (event) => {
    const form = event.target.form;
    if (form?.dataset.draft === undefined) return;
    clearTimeout(pending.get(form));
    pending.set(form, setTimeout(() => keep(form), 300));
  };
  document.addEventListener('input', keepSoon);
  document.addEventListener('change', keepSoon);
  whenPresent('form[data-draft]', restore);
  whenPresent('[data-drafts]', showPending);
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.hasAttribute('data-sign-out')) forget(() => true);
    if (form.dataset.draft === undefined) return;
    clearTimeout(pending.get(form));
    keep(form);
    if (!form.hasAttribute('hx-post')) sessionStorage.setItem(sentKey, keyOf(form));
  });
  document.addEventListener('htmx:beforeSwap', (event) => {
    const form = event.detail.requestConfig?.elt?.closest?.('form[data-draft]');
    const { xhr } = event.detail;
    if (!form || event.detail.requestConfig.verb === 'get' || xhr.status >= 300 || !event.detail.shouldSwap) return;
    if (!/data-error-summary|aria-invalid="true"/.test(xhr.responseText)) localStorage.removeItem(keyOf(form));
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    const form = event.detail.requestConfig?.elt?.closest?.('form[data-draft]');
    if (form && event.detail.xhr?.status === 204 && event.detail.requestConfig.verb !== 'get') localStorage.removeItem(keyOf(form));
  });
}
