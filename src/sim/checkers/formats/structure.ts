import { otherValue, spelled } from '../value.js';

/** What stands in a file: a scalar as in value.ts, nothing (nil, null), or something made of others. */
export type Structure = string | null | Compound;

/** Of a map the items are key, value, key, value; of a tagged value the one that is tagged. */
export interface Compound {
  readonly kind: 'list' | 'set' | 'map' | 'tagged';
  readonly items: readonly Structure[];
  readonly tag?: string;
}

/** The value of history that this is: equal for structures that are equal whatever the order of their sets and maps. */
export function valueOf(structure: Structure): string | null {
  if (structure === null || typeof structure === 'string') return structure;
  return otherValue(spellingOf(structure));
}

/** A set or map with the same thing twice; null when all is well. */
export function twiceIn({ kind, items }: Compound): string | null {
  const seen = new Set<string>();
  for (let n = 0; n < items.length; n += kind === 'map' ? 2 : 1) {
    const spelling = spellingOf(items[n]!);
    if (seen.has(spelling)) return spelling;
    seen.add(spelling);
  }
  return null;
}

/** Whether two structures are equal. */
export function isEqual(a: Structure, b: Structure): boolean {
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return a === b;
  if (a.kind === 'list' && b.kind === 'list')
    return a.items.length === b.items.length && a.items.every((item, n) => isEqual(item, b.items[n]!));
  return spellingOf(a) === spellingOf(b);
}

/** The two items of a list of two; null for anything else. */
export function pairOf(structure: Structure): readonly [Structure, Structure] | null {
  if (structure === null || typeof structure === 'string' || structure.kind !== 'list' || structure.items.length !== 2) return null;
  return structure.items as unknown as readonly [Structure, Structure];
}

export function spellingOf(structure: Structure): string {
  if (structure === null) return 'nil';
  if (typeof structure === 'string') return spelled(structure);
  const items = structure.items.map(spellingOf);
  switch (structure.kind) {
    case 'list':
      return `[${items.join(' ')}]`;
    case 'set':
      return `#{${items.sort().join(' ')}}`;
    case 'tagged':
      return `#${structure.tag ?? ''} ${items[0] ?? ''}`;
    default: {
      const entries: string[] = [];
      for (let n = 0; n < items.length; n += 2) entries.push(`${items[n]} ${items[n + 1]}`);
      return `{${entries.sort().join(', ')}}`;
    }
  }
}
