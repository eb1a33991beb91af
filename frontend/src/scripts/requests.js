// htmx: the token with every write, a sign of life at once, a sentence when the network fails.
import { csrfToken, word } from './page.js';
import { toast } from './toasts.js';

export function startRequests() {
  let running = 0;
  const busy = (change) => {
    running = Math.max(0, running + change);
    document.documentElement.classList.toggle('is-busy', running > 0);
  };
  document.addEventListener('htmx:configRequest', (event) => {
    const { elt, headers, verb } = event.detail;
    if (verb !== 'get') headers['X-CSRFToken'] = csrfToken();
    // A timer is no sign of a person: it must not put off the end of the session.
    if (/\bevery\b/.test(elt.getAttribute('hx-trigger') ?? '')) headers['X-Shegong-Quiet'] = '1';
  });
  document.addEventListener('htmx:beforeSend', (event) => {
    // Requests that repeat by themselves show nothing.
    if (!event.detail.elt.hasAttribute('data-quiet')) busy(1);
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (!event.detail.elt.hasAttribute('data-quiet')) busy(-1);
  });
  document.addEventListener('htmx:sendError', (event) => {
    if (!event.detail.elt.hasAttribute('data-quiet')) toast(word('offline'), { level: 'warning' });
  });
  document.addEventListener('htmx:responseError', (event) => {
    if (event.detail.xhr.status !== 401 && !event.detail.elt.hasAttribute('data-quiet')) toast(word('failed'), { level: 'warning' });
  });
}
