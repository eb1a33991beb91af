// <form data-questions>: the questions of a page, live. Each answer touches only what depends on it.
import { draftOf } from '../scripts/drafts.js';
import { Filling, Turn } from './filling.js';

const messages = ['missing', 'wrong', 'alone', 'ranks'];

export class Questions {
  constructor(form) {
    this.form = form;
    this.filling = new Filling(JSON.parse(form.querySelector('#form-plan').textContent));
    this.elements = new Map();
    this.touched = new Set();
    this.words = form.querySelector('[data-question-words]');
    const draft = form.querySelector('[data-error-summary]') ? null : draftOf(form);
    this.gather(form, this.filling.root);
    if (draft) this.restore(draft.values);
    this.refreshAll();
    form.addEventListener('input', (event) => this.heard(event));
    form.addEventListener('change', (event) => this.heard(event));
    form.addEventListener('click', (event) => this.pressed(event));
    form.addEventListener('draft:discarded', () => this.reread());
    form.addEventListener('submit', (event) => this.sent(event), true);
    const line = form.querySelector('[data-answered]');
    if (line) line.hidden = false;
    this.told();
  }

  // The page's elements, by the key of their item

  gather(root, turn) {
    for (const element of this.itemsIn(root)) {
      const name = element.dataset.item;
      this.elements.set(turn.prefix + name, element);
      if ('repeat' in element.dataset) {
        turn.turns[name] = [];
        for (const part of this.partsOf(element)) this.adopt(part, turn, name);
      } else if (element.matches('section')) this.gather(element, turn);
      else turn.values[name] = this.read(element);
    }
  }

  /** The items directly in an element, not those in a deeper group or turn. */
  itemsIn(root) {
    return [...root.querySelectorAll('[data-item]')].filter((each) => (each.parentElement.closest('[data-item], [data-turn]') ?? this.form) === (root === this.form ? this.form : root));
  }

  partsOf(repeat) {
    return [...repeat.querySelector(':scope > [data-turns]').children];
  }

  adopt(part, above, name) {
    const turn = new Turn(above, name, above.turns[name].length + 1);
    above.turns[name].push(turn);
    turn.part = part;
    this.gather(part, turn);
    const remove = part.querySelector(':scope > legend [data-remove-turn]');
    if (remove) remove.hidden = false;
    return turn;
  }

  read(element) {
    const fields = [...element.querySelectorAll('input, select, textarea')];
    if (fields[0]?.name.includes(':')) {
      const ranked = fields.filter((each) => each.value).sort((one, other) => one.value - other.value);
      return ranked.map((each) => each.name.slice(each.name.indexOf(':') + 1)).join(' ');
    }
    if (fields[0]?.type === 'radio' || fields[0]?.type === 'checkbox') {
      return fields.filter((each) => each.checked).map((each) => each.value).join(' ');
    }
    return (fields[0]?.value ?? '').trim();
  }

  turnOf(element) {
    const part = element.closest('[data-turn]');
    if (!part || !this.form.contains(part)) return this.filling.root;
    const name = part.closest('[data-repeat]').dataset.item;
    return this.turnOf(part.parentElement).turns[name].find((each) => each.part === part);
  }

  // What happens

  heard(event) {
    const element = event.target.closest('[data-item]');
    if (!element || 'repeat' in element.dataset || !event.target.name) return;
    const turn = this.turnOf(element);
    const name = element.dataset.item;
    const value = this.read(element);
    if (event.type === 'change') this.touched.add(turn.prefix + name);
    if (value !== turn.values[name]) {
      turn.values[name] = value;
      this.follow(name);
    }
    if (event.type === 'change' || element.querySelector('.field-error')) this.check(name, turn, element);
    this.told();
  }

  /** All that depends on an answer, in order. */
  follow(name) {
    for (const each of this.filling.plan.after[name]) for (const turn of this.filling.places(each)) this.refresh(each, turn);
  }

  refreshAll() {
    for (const name of this.filling.plan.sequence) for (const turn of this.filling.places(name)) this.refresh(name, turn);
    // Some only show others' answers, and stand before them.
    for (const name of this.filling.plan.sequence) for (const turn of this.filling.places(name)) this.show(name, turn);
  }

  refresh(name, turn) {
    this.filling.refresh(name, turn);
    const wanted = this.filling.plan.items[name].count && this.filling.wanted(name, turn);
    if (typeof wanted === 'number' && turn.turns[name]) this.make(name, turn, wanted);
    this.show(name, turn);
  }

  show(name, turn) {
    const element = this.elements.get(turn.prefix + name);
    if (!element) return;
    const item = this.filling.plan.items[name];
    if (turn.asked[name] === element.hasAttribute('data-unasked')) element.toggleAttribute('data-unasked', !turn.asked[name]);
    if (item.calculation) {
      const field = element.querySelector('input, textarea');
      if (field && field.value !== turn.values[name]) field.value = turn.values[name];
    }
    if (item.required) {
      const optional = element.querySelector('[data-optional]');
      if (optional) optional.hidden = this.filling.isRequired(name, turn);
    }
    if (item.choice_filter) this.offer(name, turn, element);
    if (item.constraint && this.touched.has(turn.prefix + name)) this.check(name, turn, element);
    for (const output of element.querySelectorAll('[data-output]')) {
      if (output.closest('[data-item]') !== element) continue;
      const found = this.filling.find(output.dataset.output, turn);
      const text = Array.isArray(found) ? (found[0] ?? '') : found;
      if (output.textContent !== text) output.textContent = text;
    }
  }

  offer(name, turn, element) {
    const offered = this.filling.offered(name, turn);
    for (const field of element.querySelectorAll('input, option')) {
      if (field.matches('option') && !field.value) continue;
      const gone = !offered.has(field.value);
      const place = field.matches('option') ? field : field.closest('label');
      place.toggleAttribute('data-unasked', gone);
      if (field.matches('option')) Object.assign(field, { hidden: gone, disabled: gone });
      if (gone && (field.checked || field.selected)) {
        if (field.matches('option')) field.selected = false;
        else field.checked = false;
      }
    }
    turn.values[name] = this.read(element);
  }

  // Turns of repeats

  pressed(event) {
    const add = event.target.closest('[data-add-turn]');
    const remove = event.target.closest('[data-remove-turn]');
    if (!add && !remove) return;
    event.preventDefault();
    const element = event.target.closest('[data-repeat]');
    const name = element.dataset.item;
    if (add) {
      const turn = this.turnOf(element);
      if (turn.turns[name].length >= this.filling.plan.most) return;
      this.make(name, turn, turn.turns[name].length + 1);
      turn.turns[name].at(-1).part.querySelector('input:not([type=hidden]), select, textarea')?.focus();
    } else {
      const part = remove.closest('[data-turn]');
      const gone = this.turnOf(part);
      this.drop(name, gone.above, gone);
    }
    this.follow(name);
    this.told();
    // What is typed is kept; so is that there is one turn more or less.
    this.form.querySelector('[data-turn-mark], input')?.dispatchEvent(new Event('change', { bubbles: true }));
  }

  make(name, turn, wanted) {
    const element = this.elements.get(turn.prefix + name);
    while (turn.turns[name].length > wanted) this.drop(name, turn, turn.turns[name].at(-1));
    while (turn.turns[name].length < wanted) {
      const blank = element.querySelector(':scope > template[data-blank-turn]').content.cloneNode(true).firstElementChild;
      this.number(blank, `${turn.prefix}${name}.N.`, `${turn.prefix}${name}.${turn.turns[name].length}.`, turn.turns[name].length + 1);
      element.querySelector(':scope > [data-turns]').append(blank);
      const made = this.adopt(blank, turn, name);
      for (const each of this.filling.plan.sequence) {
        if (this.filling.plan.items[each].repeats.includes(name)) for (const place of this.filling.places(each, made)) this.refresh(each, place);
      }
    }
  }

  drop(name, above, gone) {
    gone.part.remove();
    const left = above.turns[name].filter((each) => each !== gone);
    const old = new Map(left.map((each) => [each, each.prefix]));
    above.turns[name] = left;
    for (const [index, turn] of left.entries()) {
      const before = old.get(turn);
      turn.number = index + 1;
      if (turn.prefix !== before) this.number(turn.part, before, turn.prefix, turn.number);
    }
    this.elements.clear();
    this.index(this.filling.root, this.form);
  }

  index(turn, root) {
    for (const element of this.itemsIn(root)) {
      this.elements.set(turn.prefix + element.dataset.item, element);
      if ('repeat' in element.dataset) for (const each of turn.turns[element.dataset.item]) this.index(each, each.part);
      else if (element.matches('section')) this.index(turn, element);
    }
  }

  /** Gives all that a turn holds its place: names, ids and what points to them. */
  number(part, from, to, number) {
    const swap = (text) => (text.includes(from) ? text.replace(from, to) : text.replace(from.slice(0, -1), to.slice(0, -1)));
    const all = [part, ...part.querySelectorAll('*')];
    for (const template of part.querySelectorAll('template')) all.push(...template.content.querySelectorAll('*'));
    for (const element of all) {
      for (const name of ['name', 'id', 'for', 'value', 'data-key', 'data-turn', 'aria-describedby']) {
        const text = element.getAttribute(name);
        if (text?.includes(from.slice(0, -1)) && (name !== 'value' || element.matches('[data-add-turn]'))) element.setAttribute(name, swap(text));
      }
    }
    const head = part.querySelector(':scope > legend [data-turn-number]');
    if (head) head.textContent = String(number);
  }

  /** A draft may have more turns than the page came with. */
  restore(values) {
    const marks = Object.keys(values).filter((name) => /^q-.+\.\d+$/.test(name.split('=')[0]) || /^q-.+\.\d+\./.test(name));
    for (const [name, item] of Object.entries(this.filling.plan.items)) {
      if (item.kind !== 'repeat' || item.count) continue;
      for (const turn of this.filling.places(name)) {
        const start = `q-${turn.prefix}${name}.`;
        const numbers = marks.filter((each) => each.startsWith(start)).map((each) => Number.parseInt(each.slice(start.length), 10) + 1);
        const wanted = Math.min(Math.max(0, ...numbers), this.filling.plan.most);
        if (wanted > turn.turns[name].length) this.make(name, turn, wanted);
      }
    }
    for (const field of this.form.elements) {
      const key = field.type === 'checkbox' || field.type === 'radio' ? `${field.name}=${field.value}` : field.name;
      if (!field.name?.startsWith('q-') || values[key] === undefined) continue;
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = values[key];
      else if (field.type !== 'hidden') field.value = values[key];
    }
    this.reread();
  }

  reread() {
    for (const [name, item] of Object.entries(this.filling.plan.items)) {
      if (item.kind === 'group' || item.kind === 'repeat' || item.calculation) continue;
      for (const turn of this.filling.places(name)) {
        const element = this.elements.get(turn.prefix + name);
        if (element) turn.values[name] = this.read(element);
      }
    }
    this.refreshAll();
    this.told();
  }

  // Errors and progress

  check(name, turn, element) {
    const problem = this.filling.problem(name, turn);
    const place = element.querySelector('[data-errors]');
    if (!place) return problem;
    const item = this.filling.plan.items[name];
    const own = { missing: item.required_message, wrong: item.constraint_message }[problem];
    const text = problem && (own || this.words.dataset[messages.find((each) => each === problem)]);
    if ((place.textContent.trim() || null) !== text) {
      place.replaceChildren();
      if (text) {
        const note = this.words.content.firstElementChild.cloneNode(true);
        note.querySelector('span').textContent = text;
        place.append(note);
      }
    }
    const field = element.matches('fieldset') ? null : element.querySelector('input, select, textarea');
    field?.toggleAttribute('aria-invalid', Boolean(text));
    if (text) field?.setAttribute('aria-invalid', 'true');
    return problem;
  }

  sent(event) {
    if (event.submitter?.hasAttribute('formnovalidate')) return;
    let first = null;
    for (const [key, element] of this.elements) {
      const name = element.dataset.item;
      const turn = this.turnOf(element);
      if (turn.prefix + name !== key || element.matches('section') || turn.asked[name] === false) continue;
      if (this.check(name, turn, element)) first = first ?? element;
    }
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.scrollIntoView({ block: 'center' });
    first.querySelector('input, select, textarea')?.focus({ preventScroll: true });
  }

  /** How much is answered of what is asked. */
  told() {
    const line = this.form.querySelector('[data-answered]');
    if (!line) return;
    let [asked, answered] = [0, 0];
    for (const [name, item] of Object.entries(this.filling.plan.items)) {
      if (['group', 'repeat', 'note'].includes(item.kind) || item.calculation) continue;
      for (const turn of this.filling.places(name)) {
        if (turn.asked[name] === false) continue;
        asked += 1;
        answered += turn.values[name] ? 1 : 0;
      }
    }
    const words = line.querySelector('[data-answered-words]');
    words.textContent = `${words.dataset.answeredWords} ${answered} / ${asked}`;
    Object.assign(line.querySelector('progress'), { max: Math.max(asked, 1), value: answered });
  }
}
