// Small questions about the page that several parts ask.

/** A sentence in the page's language; base pages carry them as data attributes of #words. */
export function word(name) {
  return document.getElementById('words')?.dataset[name] ?? '';
}

/** The content of a <meta> element. */
export function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? '';
}

/** Calls `use` for every element that matches now, and for those that htmx brings later. */
export function whenPresent(selector, use) {
  // htmx announces the whole page once more when it starts.
  const seen = new WeakSet();
  const once = (element) => {
    if (seen.has(element)) return;
    seen.add(element);
    use(element);
  };
  const visit = (root) => {
    if (root.matches?.(selector)) once(root);
    for (const element of root.querySelectorAll?.(selector) ?? []) once(element);
  };
  visit(document);
  document.addEventListener('htmx:load', (event) => visit(event.detail.elt));
}

/** An element with attributes and text or children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** The token that Django wants back with every write. It changes at sign-in, so it is read anew each time. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )(?:__Secure-|__Host-)?csrftoken=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : (document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? '');
}
