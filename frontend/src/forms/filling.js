// A form being filled in: which questions are asked, and what is worked out. Only what depends on a changed answer is
// looked at again, in the order that the server's plan gives. Nothing here knows the page.
import { asNumber, asText, asTruth, evaluate } from './evaluation.js';

/** The form itself, or one turn of a repeat in it. */
export class Turn {
  constructor(above = null, repeat = '', number = 1) {
    Object.assign(this, { above, repeat, number, values: {}, asked: {}, turns: {} });
  }

  get chain() {
    return [...(this.above?.chain ?? []), this];
  }

  get prefix() {
    return this.above ? `${this.above.prefix}${this.repeat}.${this.number - 1}.` : '';
  }
}

export class Filling {
  constructor(plan) {
    this.plan = plan;
    this.root = new Turn();
    const local = new Date(Date.now() - new Date().getTimezoneOffset() * 60000);
    this.now = local.toISOString().slice(0, 19);
  }

  /** The turns in which an item stands, as seen from a turn. */
  places(name, from = this.root) {
    const { repeats } = this.plan.items[name];
    const { chain } = from;
    let shared = 0;
    while (shared < repeats.length && chain[shared + 1]?.repeat === repeats[shared]) shared += 1;
    let found = [chain[shared]];
    for (const repeat of repeats.slice(shared)) {
      found = found.flatMap((each) => (each.asked[repeat] === false ? [] : (each.turns[repeat] ?? [])));
    }
    return found;
  }

  isPlural(name, from) {
    const { chain } = from;
    return this.plan.items[name].repeats.some((repeat, index) => chain[index + 1]?.repeat !== repeat);
  }

  value(name, turn) {
    return turn.asked[name] === false ? '' : (turn.values[name] ?? '');
  }

  find(name, from) {
    const item = this.plan.items[name];
    if (!item) return '';
    const places = this.places(name, from).filter((each) => each.asked[name] !== false);
    if (item.kind === 'repeat') return places.flatMap((each) => (each.turns[name] ?? []).map((turn) => String(turn.number)));
    const values = places.map((each) => this.value(name, each));
    return this.isPlural(name, from) ? values : values.join('');
  }

  points(name, from) {
    const item = this.plan.items[name];
    const values = item ? this.places(name, from).map((each) => this.value(name, each)).filter(Boolean) : [];
    if (!item?.list) return values.map(asNumber).filter((each) => !Number.isNaN(each));
    const scores = new Map(this.plan.lists[item.list].map((each) => [each.value, each.score]));
    return values.map((value) => value.split(' ').reduce((sum, each) => sum + (scores.get(each) ?? 0), 0));
  }

  setting(turn, own = '', columns = {}) {
    return {
      own,
      columns,
      position: turn.number,
      today: this.plan.today,
      now: this.now,
      find: (name) => this.find(name, turn),
      points: (name) => this.points(name, turn),
      turns: (name, repeat, number) => {
        const all = this.places(repeat, turn).flatMap((each) => each.turns[repeat] ?? []);
        return all[number - 1] ? asText(this.find(name, all[number - 1])) : '';
      },
    };
  }

  holds(name, member, turn, missing, own = '') {
    const tree = this.plan.items[name][member];
    return tree ? asTruth(evaluate(tree, this.setting(turn, own))) : missing;
  }

  isRequired(name, turn) {
    return !this.plan.items[name].calculation && this.holds(name, 'required', turn, false);
  }

  /** How many turns the form itself wants of a repeat; null where the person decides. */
  wanted(name, turn) {
    const tree = this.plan.items[name].count;
    if (!tree) return null;
    const number = asNumber(evaluate(tree, this.setting(turn)));
    return number >= 0 ? Math.min(Math.trunc(number), this.plan.most) : 0;
  }

  /** The values of the choices that a filter leaves; null without filter. */
  offered(name, turn) {
    const { list, choice_filter: filter } = this.plan.items[name];
    if (!filter) return null;
    const left = this.plan.lists[list].filter((each) => asTruth(evaluate(filter, this.setting(turn, '', each.columns))));
    return new Set(left.map((each) => each.value));
  }

  /** What is wrong with an answer: the name of a message, or null. */
  problem(name, turn) {
    const item = this.plan.items[name];
    const value = this.value(name, turn);
    if (turn.asked[name] === false || item.calculation) return null;
    if (!value) return this.isRequired(name, turn) ? 'missing' : null;
    const parts = value.split(' ');
    if (item.kind === 'many' && parts.length > 1) {
      const alone = this.plan.lists[item.list].filter((each) => each.alone).map((each) => each.value);
      if (parts.some((each) => alone.includes(each))) return 'alone';
    }
    if (item.kind === 'rank') {
      const offered = this.offered(name, turn)?.size ?? this.plan.lists[item.list].length;
      if (new Set(parts).size !== offered) return 'ranks';
    }
    return this.holds(name, 'constraint', turn, true, value) ? null : 'wrong';
  }

  /** Looks at one item in one turn again: is it asked, and what is it worked out to? */
  refresh(name, turn) {
    const item = this.plan.items[name];
    const holder = item.holder && this.plan.items[item.holder];
    const outside = holder?.kind === 'repeat' ? turn.above : turn;
    turn.asked[name] = (!holder || outside.asked[item.holder] !== false) && this.holds(name, 'relevant', turn, true);
    if (item.calculation && turn.asked[name]) {
      const text = asText(evaluate(item.calculation, this.setting(turn, turn.values[name] ?? '')));
      turn.values[name] = ['NaN', 'Infinity', '-Infinity'].includes(text) ? '' : text;
    }
  }
}
