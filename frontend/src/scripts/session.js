// A session that has expired in mid-form: what was typed stays on the page, the sign-in form comes to it.
import { csrfToken, make, meta, word } from './page.js';
import { toast } from './toasts.js';

const signInPath = () => meta('sign-in');
const isSignIn = (address) => signInPath() !== '' && new URL(address, location.href).pathname === new URL(signInPath(), location.href).pathname;

/** The form of the sign-in page in a fetched document, its buttons and fields as they are there. */
async function formFrom(response) {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return page.querySelector('main form[method=post]');
}

async function offerSignIn() {
  if (document.querySelector('dialog[data-sign-in-again]')) return;
  const response = await fetch(signInPath(), { credentials: 'same-origin' });
  const form = await formFrom(response);
  const place = make('div', { class: 'sheet-body' }, make('p', { class: 'soft' }, word('expiredHint')));
  const close = make('button', { type: 'button', class: 'tool', 'aria-label': word('close') }, '×');
  const head = make('div', { class: 'sheet-head' }, make('h2', { id: 'sign-in-again' }, word('expired')), close);
  const dialog = make('dialog', { class: 'sheet sheet-small', 'aria-labelledby': 'sign-in-again', 'data-sign-in-again': true }, head, place);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  place.append(form ? dressed(form, dialog) : make('a', { class: 'btn btn-primary', href: signInPath(), target: '_blank' }, word('signIn')));
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('input:not([type=hidden])')?.focus();
}

function dressed(form, dialog) {
  const local = document.importNode(form, true);
  local.addEventListener('submit', async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const action = local.getAttribute('action') || signInPath();
    const body = new FormData(local, event.submitter);
    const answer = await fetch(action, { method: 'POST', body, credentials: 'same-origin', headers: { 'X-CSRFToken': csrfToken() } });
    const again = answer.ok || answer.status < 500 ? await formFrom(answer.clone()) : null;
    if (again?.querySelector('[type=password], [autocomplete=one-time-code]')) {
      local.replaceWith(dressed(again, dialog));
      dialog.querySelector('[data-error-summary], input:not([type=hidden])')?.focus();
    } else if (answer.ok) {
      // A new session has a new token; forms already on the page carry the old one.
      for (const field of document.querySelectorAll('[name=csrfmiddlewaretoken]')) field.value = csrfToken();
      dialog.close();
      toast(word('welcomeBack'), { level: 'success' });
    } else {
      toast(word('failed'), { level: 'warning' });
    }
  });
  return local;
}

export function startSession() {
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 401 && !(xhr.responseURL && isSignIn(xhr.responseURL) && !isSignIn(location.href))) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    offerSignIn();
  });
}
