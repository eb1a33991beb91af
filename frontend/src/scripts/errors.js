// A form that comes back with problems: the summary gets the focus, its links lead to the fields.
import { whenPresent } from './page.js';

export function startErrors() {
  whenPresent('[data-error-summary]', (summary) => summary.focus());
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-error-summary] a');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const fold = target.closest('details:not([open])');
    if (fold) fold.open = true;
    const field = target.matches('input, select, textarea') ? target : target.querySelector('input, select, textarea');
    target.closest('.field')?.scrollIntoView({ block: 'center' });
    (field ?? target).focus({ preventScroll: true });
  });
  // A second press while the first is under way is the commonest way to do a thing twice.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'get' || form.dataset.sent) return;
    form.dataset.sent = 'yes';
    for (const button of form.querySelectorAll('[type=submit]')) button.setAttribute('aria-busy', 'true');
  });
  document.addEventListener(
    'submit',
    (event) => {
      if (event.target.dataset.sent && !event.target.hasAttribute('hx-post')) event.preventDefault();
    },
    true,
  );
  const ready = () => {
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
    }
  };
  window.addEventListener('pageshow', ready);
  document.addEventListener('htmx:afterRequest', ready);
}
