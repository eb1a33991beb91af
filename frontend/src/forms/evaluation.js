// What an expression comes to: the browser's half of shegong/catalogue/rules/evaluation.py, over the same trees. Both
// must give what tests/catalogue/expressions.json says. A value is a text, a number, a truth, or a list of texts.
const dayPattern = /^\s*(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}).*)?\s*$/;
const numberPattern = /^\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*$/;
const longestPattern = 300;
const longestMatched = 1000;

export function numberText(value) {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return '0';
  const text = String(value);
  if (!text.includes('e')) return text;
  const [digits, exponent] = text.split('e');
  const sign = digits.startsWith('-') ? '-' : '';
  const [whole, rest = ''] = digits.replace('-', '').split('.');
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${rest}`;
  return sign + (whole + rest).padEnd(whole.length + shift, '0');
}

export function asText(value) {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) return value[0] ?? '';
  return typeof value === 'number' ? numberText(value) : value;
}

function days(text) {
  const found = dayPattern.exec(text);
  if (!found) return NaN;
  const [year, month, day] = found.slice(1, 4).map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  if (moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== day || year < 1) return NaN;
  const minutes = Number(found[4] ?? 0) * 60 + Number(found[5] ?? 0);
  return moment.getTime() / 86400000 + minutes / 1440;
}

export function asNumber(value) {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  const text = asText(value);
  return numberPattern.test(text) ? Number(text) : days(text);
}

export function asTruth(value) {
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' ? !Number.isNaN(value) && value !== 0 : value.length > 0;
}

const chosen = (value) => asText(value).split(/\s+/).filter(Boolean);
const opened = (values) => values.flat();
// The server counts characters, not halves of them.
const signs = (value) => [...asText(value)];

function equal(first, second) {
  if (typeof first === 'boolean' || typeof second === 'boolean') return asTruth(first) === asTruth(second);
  if (typeof first === 'number' || typeof second === 'number') return asNumber(first) === asNumber(second);
  return asText(first) === asText(second);
}

const arithmetic = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function operation(sign, left, right, setting) {
  const first = evaluate(left, setting);
  if (sign === 'and') return asTruth(first) && asTruth(evaluate(right, setting));
  if (sign === 'or') return asTruth(first) || asTruth(evaluate(right, setting));
  const second = evaluate(right, setting);
  if (sign === '=') return equal(first, second);
  if (sign === '!=') return !equal(first, second);
  return arithmetic[sign](asNumber(first), asNumber(second));
}

function total(values) {
  const numbers = opened(values).filter((each) => each !== '').map(asNumber);
  return numbers.every(Number.isFinite) ? numbers.reduce((sum, each) => sum + each, 0) : NaN;
}

function extreme(pick, values) {
  const numbers = opened(values).filter((each) => each !== '').map(asNumber);
  return numbers.length ? pick(...numbers) : NaN;
}

function stepped(step, value) {
  const number = asNumber(value);
  return Number.isFinite(number) ? step(number) + 0 : NaN;
}

function rounded(value, places = 0) {
  const number = asNumber(value);
  const digits = asNumber(places);
  if (!Number.isFinite(number) || !(Math.abs(digits) <= 12)) return NaN;
  const scale = 10 ** Math.trunc(digits);
  const scaled = number * scale;
  return Number.isFinite(scaled) ? Math.floor(scaled + 0.5) / scale : number;
}

function power(base, exponent) {
  const found = asNumber(base) ** asNumber(exponent);
  return Number.isFinite(found) ? found : NaN;
}

function matches(value, pattern) {
  const text = asText(value);
  const wanted = asText(pattern);
  if (text.length > longestMatched || wanted.length > longestPattern) return false;
  try {
    return new RegExp(`^(?:${wanted})$`, 'u').test(text);
  } catch {
    return false;
  }
}

function dateOf(value) {
  const number = asNumber(value);
  if (!Number.isFinite(number) || Math.abs(number) > 1e6) return '';
  const text = new Date(Math.floor(number) * 86400000).toISOString().slice(0, 10);
  return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text : '';
}

function formatDate(value, form) {
  const day = dateOf(value);
  if (!day) return '';
  const [year, month, number] = day.split('-');
  const words = { Y: year, y: year.slice(2), m: month, n: String(Number(month)), d: number, e: String(Number(number)) };
  return asText(form).replace(/%(.)/g, (whole, sign) => words[sign] ?? whole);
}

function part(value, start, end = Infinity) {
  const first = asNumber(start);
  const last = asNumber(end);
  return Number.isNaN(first) || Number.isNaN(last) ? '' : signs(value).slice(first, last).join('');
}

const plain = {
  abs: (value) => Math.abs(asNumber(value)),
  boolean: asTruth,
  ceiling: (value) => stepped(Math.ceil, value),
  coalesce: (...values) => values.map(asText).find(Boolean) ?? '',
  concat: (...values) => opened(values).map(asText).join(''),
  contains: (value, inner) => asText(value).includes(asText(inner)),
  count: (value) => (Array.isArray(value) ? value.length : Number(value !== '')),
  'count-non-empty': (value) => opened([value]).filter((each) => each !== '').length,
  'count-selected': (value) => chosen(value).length,
  date: dateOf,
  'decimal-date-time': asNumber,
  'ends-with': (value, end) => asText(value).endsWith(asText(end)),
  false: () => false,
  floor: (value) => stepped(Math.floor, value),
  'format-date': formatDate,
  int: (value) => stepped(Math.trunc, value),
  join: (between, ...values) => opened(values).map(asText).join(asText(between)),
  max: (...values) => extreme(Math.max, values),
  min: (...values) => extreme(Math.min, values),
  'normalize-space': (value) => chosen(value).join(' '),
  not: (value) => !asTruth(value),
  number: asNumber,
  pow: power,
  regex: matches,
  round: rounded,
  selected: (value, option) => chosen(value).includes(asText(option).trim()),
  'selected-at': (value, which) => chosen(value)[Math.trunc(asNumber(which))] ?? '',
  'starts-with': (value, start) => asText(value).startsWith(asText(start)),
  string: asText,
  'string-length': (value) => signs(value).length,
  substr: part,
  sum: (...values) => total(values),
  true: () => true,
};

const lazy = {
  if: ([test, yes, no], setting) => evaluate(asTruth(evaluate(test, setting)) ? yes : no, setting),
  once: ([first], setting) => setting.own || evaluate(first, setting),
  'indexed-repeat': ([name, repeat, which], setting) => {
    const number = asNumber(evaluate(which, setting));
    return name[0] === 'ref' && repeat[0] === 'ref' && number >= 1 ? setting.turns(name[1], repeat[1], Math.trunc(number)) : '';
  },
  score: ([name], setting) => (name[0] === 'ref' ? setting.points(name[1]).reduce((sum, each) => sum + each, 0) : NaN),
  today: (_, setting) => setting.today,
  now: (_, setting) => setting.now,
};

/** The value of a tree. `setting` has find(name), own, position, columns, today, now, turns(name, repeat, n), points(name). */
export function evaluate(tree, setting) {
  const [kind, first, second, third] = tree;
  if (kind === 'number' || kind === 'text') return first;
  if (kind === 'ref') return setting.find(first);
  if (kind === 'self') return setting.own;
  if (kind === 'column') return setting.columns[first] ?? '';
  if (kind === 'position') return setting.position;
  if (kind === 'minus') return -asNumber(evaluate(first, setting));
  if (kind === 'op') return operation(first, second, third, setting);
  return lazy[first] ? lazy[first](second, setting) : plain[first](...second.map((each) => evaluate(each, setting)));
}
