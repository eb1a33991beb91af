// A session that has ended: what was typed stays on the page, the sign-in form comes to it. And one that nobody is at any
// more: the page covers itself and ends the session.
import { csrfToken, make, meta, word } from './page.js';
import { toast } from './toasts.js';

const seenKey = 'shegong:seen';
const quiet = { 'X-Shegong-Quiet': '1' };

const signInPath = () => meta('sign-in');
const isSignIn = (address) => signInPath() !== '' && new URL(address, location.href).pathname === new URL(signInPath(), location.href).pathname;
const isLocked = () => document.documentElement.classList.contains('is-locked');

/** The form of the sign-in page in a fetched document, its buttons and fields as they are there. */
async function formFrom(response) {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return page.querySelector('main form[method=post]');
}

async function fetchedForm() {
  try {
    return await formFrom(await fetch(signInPath(), { credentials: 'same-origin' }));
  } catch {
    return null; // no network: a link must do
  }
}

function openDialog(title, hint) {
  const place = make('div', { class: 'sheet-body' }, make('p', { class: 'soft' }, hint));
  const head = make('div', { class: 'sheet-head' }, make('h2', { id: 'sign-in-again' }, title));
  const dialog = make('dialog', { class: 'sheet sheet-small', 'aria-labelledby': 'sign-in-again', 'data-sign-in-again': true }, head, place);
  if (!isLocked()) {
    const close = make('button', { type: 'button', class: 'tool', 'aria-label': word('close') }, '×');
    close.addEventListener('click', () => dialog.close());
    head.append(close);
  }
  dialog.addEventListener('close', () => {
    // Escape doesn't open a locked page.
    if (isLocked()) dialog.showModal();
    else dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

async function offerSignIn() {
  const open = document.querySelector('dialog[data-sign-in-again]');
  if (open) return;
  const dialog = isLocked() ? openDialog(word('locked'), word('lockedHint')) : openDialog(word('expired'), word('expiredHint'));
  const form = await fetchedForm();
  const place = dialog.querySelector('.sheet-body');
  place.append(form ? dressed(form, dialog) : make('a', { class: 'btn btn-primary', href: signInPath(), target: '_blank' }, word('signIn')));
  dialog.querySelector('input:not([type=hidden])')?.focus();
}

/** Whose session this browser has now; null for nobody's. */
async function whoIsPresent(headers = quiet) {
  const answer = await fetch(meta('present'), { credentials: 'same-origin', headers });
  return answer.ok ? String((await answer.json()).account) : null;
}

/** Signed in again: on with the page, unless it is another person's. */
async function goOn(dialog) {
  if (meta('present') && (await whoIsPresent()) !== meta('viewer')) {
    location.assign('/');
    return;
  }
  // A new session has a new token; forms already on the page carry the old one.
  for (const field of document.querySelectorAll('[name=csrfmiddlewaretoken]')) field.value = csrfToken();
  toast(word(isLocked() ? 'unlocked' : 'welcomeBack'), { level: 'success' });
  document.documentElement.classList.remove('is-locked');
  noteActivity();
  dialog.close();
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
      await goOn(dialog);
    } else {
      toast(word('failed'), { level: 'warning' });
    }
  });
  return local;
}

// Being there: what is done in any of the browser's tabs counts for all of them.
let seen = Date.now();
let told = Date.now();

function noteActivity() {
  seen = Date.now();
  try {
    localStorage.setItem(seenKey, String(seen));
  } catch {
    // Without storage each tab counts for itself.
  }
}

function lastSeen() {
  try {
    return Math.max(seen, Number(localStorage.getItem(seenKey)) || 0);
  } catch {
    return seen;
  }
}

async function lock() {
  if (isLocked()) return;
  document.documentElement.classList.add('is-locked');
  document.activeElement?.blur();
  document.querySelector('dialog[data-sign-in-again]')?.remove();
  try {
    await fetch(meta('lock'), { method: 'POST', credentials: 'same-origin', headers: { 'X-CSRFToken': csrfToken(), ...quiet } });
  } catch {
    // It ends by itself.
  }
  offerSignIn();
}

function startLock(idle) {
  const step = Math.min(60, idle / 4) * 1000;
  const look = () => {
    if (isLocked()) return;
    if (Date.now() - lastSeen() >= idle * 1000) lock();
  };
  /** Typing sends nothing by itself, yet somebody is there: the session is told so. */
  const tell = () => {
    if (isLocked() || seen <= told) return;
    told = Date.now();
    whoIsPresent({}).catch(() => {});
  };
  const back = async () => {
    look();
    // Signed in again in another tab.
    if (isLocked() && (await whoIsPresent().catch(() => null)) === meta('viewer')) {
      document.documentElement.classList.remove('is-locked');
      document.querySelector('dialog[data-sign-in-again]')?.close();
    }
  };
  let noted = 0;
  const note = () => {
    if (isLocked() || Date.now() - noted < 1000) return;
    look(); // whoever comes back to a machine that slept finds it locked
    if (isLocked()) return;
    noted = Date.now();
    noteActivity();
  };
  for (const kind of ['pointerdown', 'keydown', 'input', 'wheel', 'touchstart']) document.addEventListener(kind, note, { capture: true, passive: true });
  noteActivity();
  told = seen;
  setInterval(look, Math.min(5000, step));
  setInterval(tell, step);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && back());
  window.addEventListener('focus', back);
  window.addEventListener('pageshow', look);
}

export function startSession() {
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 401 && !(xhr.responseURL && isSignIn(xhr.responseURL) && !isSignIn(location.href))) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    offerSignIn();
  });
  const idle = Number(meta('idle'));
  if (idle > 0) startLock(idle);
}
