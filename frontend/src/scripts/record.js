// The record sheet: the key that makes a second send the same record, one-tap values, what a service usually takes,
// own sentences, people found as one types. Everything here only fills fields that the form has anyway.
import { draftOf } from './drafts.js';
import { whenPresent } from './page.js';

/** A UUID of version 7 (RFC 9562): 48 bits of time, the rest random. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Sets a field as if typed, so that drafts are kept and others hear of it. */
function put(field, value) {
  if (!field || field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

const inLocal = (moment) => moment.toISOString().slice(0, 16);

class Sheet {
  constructor(form) {
    this.form = form;
    this.minutes = form.querySelector('[data-minutes]');
    this.started = form.querySelector('[data-started]');
    this.summary = form.querySelector('[data-summary]');
    this.people = form.querySelector('[data-people]');
    this.touched = new Set();
    // The server's clock and zone: when the sheet was made, it said "just ended".
    this.madeAt = Date.now();
    this.serverNow = Date.parse(`${this.started?.value}Z`) + Number(this.minutes?.value) * 60000;
    this.isFresh = !form.querySelector('[data-error-summary]') && !this.summary?.value;
    if (this.isFresh) form.querySelector('[data-key]').value = newKey();
    for (const button of form.querySelectorAll('[data-set], [data-filter]')) button.hidden = false;
    for (const button of form.querySelectorAll('[data-without-script]')) button.hidden = true;
    form.addEventListener('input', (event) => this.heard(event));
    form.addEventListener('change', (event) => this.heard(event));
    form.addEventListener('click', (event) => this.pressed(event));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.matches('[data-find], [data-filter]')) event.preventDefault();
    });
    form.addEventListener('draft:restored', () => this.refresh());
    form.addEventListener('draft:discarded', () => {
      for (const label of this.people.querySelectorAll('[data-brought]')) label.remove();
      this.refresh();
    });
    this.bringBack();
    this.refresh();
  }

  heard(event) {
    const field = event.target;
    if (event.isTrusted) this.touched.add(field.name);
    if (field.name === 'service_id') this.serviceChosen(field);
    if (field === this.minutes) this.follow();
    if (field.matches('[data-filter]')) this.narrow(field.value.trim().toLowerCase());
    if (field.closest('#people-found') && field.checked) this.choose(field);
    if (event.type === 'change' || field === this.minutes) this.refresh();
  }

  serviceChosen(radio) {
    const { usualMinutes, usualPlace } = radio.dataset;
    if (usualMinutes && !this.touched.has('minutes')) {
      put(this.minutes, usualMinutes);
      this.follow();
    }
    const place = usualPlace && this.form.querySelector(`[name=place][value="${CSS.escape(usualPlace)}"]`);
    if (place && !this.touched.has('place')) place.checked = true;
  }

  /** "Just ended": another duration means an earlier start, unless the start was typed. */
  follow() {
    const minutes = Number(this.minutes.value);
    if (!this.isFresh || this.touched.has('started_at') || !(minutes > 0) || Number.isNaN(this.serverNow)) return;
    const now = this.serverNow + (Date.now() - this.madeAt);
    this.started.value = inLocal(new Date(now - minutes * 60000));
  }

  narrow(text) {
    for (const group of this.form.querySelectorAll('[data-service-group]')) {
      let shown = 0;
      for (const choice of group.querySelectorAll('.choice')) {
        choice.hidden = !choice.querySelector('input').dataset.words.includes(text);
        shown += choice.hidden ? 0 : 1;
      }
      group.hidden = shown === 0;
    }
  }

  choose(box) {
    const same = [...this.people.querySelectorAll('input')].find((other) => other.value === box.value);
    if (same) same.checked = true;
    else {
      const label = box.closest('label');
      label.querySelector('.small')?.remove();
      label.className = 'choice choice-chip';
      this.people.prepend(label);
    }
    this.form.querySelector('#people-found').replaceChildren();
    const find = this.form.querySelector('[data-find]');
    find.value = '';
    find.focus({ preventScroll: true });
  }

  pressed(event) {
    const button = event.target.closest('button');
    if (button?.dataset.set) {
      const field = this.form.elements[button.dataset.set];
      this.touched.add(button.dataset.set);
      put(field, field.value === button.dataset.value && field.type === 'date' ? '' : button.dataset.value);
      this.refresh();
    }
    if (button && 'phrase' in button.dataset) {
      const before = this.summary.value.trimEnd();
      put(this.summary, before ? `${before}\n${button.textContent}` : button.textContent);
      this.summary.focus();
    }
  }

  /** What is pressed, and which sentences belong to the chosen service. */
  refresh() {
    for (const button of this.form.querySelectorAll('[data-set]')) {
      button.setAttribute('aria-pressed', this.form.elements[button.dataset.set].value === button.dataset.value);
    }
    const service = this.form.querySelector('[name=service_id]:checked')?.value;
    for (const button of this.form.querySelectorAll('[data-phrase]')) button.hidden = button.dataset.service !== service;
    this.say('[data-workers-named]', [this.chosen('worker_ids').join('、')]);
    const minutes = this.minutes.parentElement.textContent.trim();
    const known = [this.chosen('client_ids').join('、'), ...this.chosen('service_id'), `${this.minutes.value} ${minutes}`, ...this.chosen('place')];
    if (this.touched.size) this.say('[data-known-line]', known);
    const { next_on: day, next_time: time } = this.form.elements;
    this.say('[data-next-named]', [`${day?.value ?? ''} ${time?.value ?? ''}`]);
  }

  /** The words beside the pressed boxes of a field. */
  chosen(name) {
    return [...this.form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.closest('label').textContent.trim());
  }

  say(selector, words) {
    const place = this.form.querySelector(selector);
    if (place) place.textContent = words.filter(Boolean).join(' · ');
  }

  /** People of a draft whom this sheet doesn't list: only their keys were kept on the device. */
  async bringBack() {
    const draft = draftOf(this.form);
    if (!draft || !this.people || !this.isFresh) return;
    const listed = new Set([...this.people.querySelectorAll('input')].map((box) => `client_ids=${box.value}`));
    const missing = Object.keys(draft.values).filter((name) => name.startsWith('client_ids=') && draft.values[name] && !listed.has(name));
    if (!missing.length) return;
    const address = this.form.querySelector('[data-find]').getAttribute('hx-get');
    const query = missing.map((name) => `id=${encodeURIComponent(name.slice('client_ids='.length))}`).join('&');
    const answer = await fetch(`${address}?${query}`, { credentials: 'same-origin', headers: { 'HX-Request': 'true' } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const label of found.querySelectorAll('label')) {
      label.dataset.brought = '';
      this.people.prepend(document.importNode(label, true));
    }
  }
}

/** Starts before the drafts, so that a draft's own key wins over the new one. */
export function startRecord() {
  whenPresent('form[data-record]', (form) => new Sheet(form));
  // A number or an address just asked for: the telephone dials it, its map opens it.
  whenPresent('[data-go]', (link) => link.click());
}

