// <form data-autosave hx-trigger="…, autosave">: what was written without a network is sent as soon as there is one, or
// when the page is opened again and brings its draft back.
import { draftOf } from './drafts.js';

const send = (form) => form.dispatchEvent(new CustomEvent('autosave'));

// The form hears us only once htmx has seen it, which it has when the page is complete.
const whenComplete = (work) => {
  if (document.readyState === 'complete') work();
  else window.addEventListener('load', () => setTimeout(work), { once: true });
};

export function startAutosave() {
  document.addEventListener('draft:restored', (event) => {
    if (event.target.matches('form[data-autosave]')) whenComplete(() => send(event.target));
  });
  window.addEventListener('online', () => {
    for (const form of document.querySelectorAll('form[data-autosave]')) if (draftOf(form)) send(form);
  });
}
