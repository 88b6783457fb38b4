import { nearest } from '../../core/base/did-you-mean.js';

/**
 * What a value of an option must look like. Told the value and its path, such as `workload.keys`, it returns what is
 * wrong in one line, or null.
 */
export type Check = (value: unknown, path: string) => string | null;

/** A check for each field of a type; a field that is forgotten here is a compile error. */
export type Fields<Options> = { readonly [Field in keyof Required<Options>]: Check };

/** A whole number from `min` to `max`, both inclusive, in a unit that the complaint names; '' for a plain count. */
export function whole(min: number, max: number, unit = ''): Check {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  return (value, path) => {
    const isWithin = typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
    return isWithin ? null : `${path} is a whole number${unit === '' ? '' : ` of ${unit}`}, ${bounds}, not ${shown(value)}`;
  };
}

export const flag: Check = (value, path) => (typeof value === 'boolean' ? null : `${path} is true or false, not ${shown(value)}`);

export const anything: Check = () => null;

export function oneOf(names: readonly string[]): Check {
  return (value, path) => {
    if (typeof value === 'string' && names.includes(value)) return null;
    const guess = typeof value === 'string' ? nearest(value, names) : null;
    return `${path} is one of ${names.join(', ')}, not ${shown(value)}${guess === null ? '' : `: did you mean "${guess}"?`}`;
  };
}

export function orNull(check: Check): Check {
  return (value, path) => (value === null ? null : check(value, path));
}

export function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is a list, not ${shown(value)}`;
    return firstOf(value.map((item: unknown, i) => () => check(item, `${path}[${i}]`)));
  };
}

/**
 * An object with just these fields.
 *
 * @param optional Those that may be absent.
 * @param together What must hold of the fields with each other, asked when each holds alone.
 */
export function fields<Options>(
  checks: Fields<Options>,
  optional: readonly string[] = [],
  together: (options: Options, path: string) => string | null = () => null,
): Check {
  const known = Object.entries<Check>(checks);
  const names = known.map(([name]) => name);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is an object, not ${shown(value)}`;
    const record = value as Readonly<Record<string, unknown>>;
    const stranger = Object.keys(record).find((name) => !names.includes(name));
    if (stranger !== undefined) return unknownField(stranger, names, path);
    const wrong = firstOf(
      known.map(([name, check]) => () => {
        const field = record[name];
        if (field === undefined) return optional.includes(name) ? null : `${inside(path, name)} is missing`;
        return check(field, inside(path, name));
      }),
    );
    return wrong ?? together(value as Options, path);
  };
}

/** Of two fields, that the first is not above the second. */
export function ascending<Options>(
  min: keyof Options & string,
  max: keyof Options & string,
): (options: Options, path: string) => string | null {
  return (options, path) =>
    Number(options[min]) <= Number(options[max])
      ? null
      : `${inside(path, min)} is at most ${max}, not ${shown(options[min])} above ${shown(options[max])}`;
}

/** The first complaint there is. */
export function firstOf(asked: readonly (() => string | null)[]): string | null {
  for (const ask of asked) {
    const wrong = ask();
    if (wrong !== null) return wrong;
  }
  return null;
}

/** A value as a complaint shows it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

const inside = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function unknownField(name: string, names: readonly string[], path: string): string {
  const guess = nearest(name, names);
  const where = path === '' ? 'no option is' : `${path} has no field`;
  return `${where} called "${name}"${guess === null ? `; there are ${names.join(', ')}` : `: did you mean "${guess}"?`}`;
}
