import { describe, expect, test } from 'vitest';
import { builtIn, familyOf, fault, FAMILIES, FAULT_NAMES, FAULTS, faultsOf } from '../../../../src/sim/nemesis/faults/families.js';
import { FAULT_GROUPS } from '../../../../src/sim/nemesis/faults/family.js';
import { faults } from '../../../../src/sim/nemesis/fault-constructors.js';

describe('the families of faults', () => {
  test('are listed once each, and each under its own name', () => {
    expect(new Set(FAULT_NAMES).size).toBe(FAMILIES.length);
    for (const family of FAMILIES) expect(FAULTS[family.name]).toBe(family);
    expect(FAULT_GROUPS.flatMap((group) => faultsOf(group)).toSorted()).toEqual(FAULT_NAMES.toSorted());
  });

  test('each say what they do in a sentence of their own', () => {
    expect(new Set(FAMILIES.map(({ sentence }) => sentence)).size).toBe(FAMILIES.length);
    for (const { sentence } of FAMILIES) expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
  });

  test.each(FAMILIES)('$name strikes as often as it says where nothing else is said', ({ name, every, lasts }) => {
    expect(every[0]).toBeGreaterThan(0);
    expect(every[1]).toBeGreaterThanOrEqual(every[0]);
    expect(lasts[1]).toBeGreaterThanOrEqual(lasts[0]);
    expect(faults[name]()).toEqual(fault(name, every, lasts));
    expect(faults[name]({ lasts: [1, 2] })).toEqual(fault(name, every, [1, 2]));
  });

  test('are found by the name in a schedule; a name that nobody has is told with the one meant', () => {
    expect(familyOf(faults.kill())).toBe(FAULTS.kill);
    expect(builtIn('constructor')).toBeUndefined();
    expect(() => familyOf({ ...faults.kill(), fault: 'kil' })).toThrow(/unknown fault "kil"; did you mean "kill"\?/);
  });

  test('are words of a type: a misspelt one does not compile', () => {
    // @ts-expect-error -- the word is kill
    expect(() => fault('kil', [1, 2], [1, 2])).toThrow(/did you mean "kill"/);
    // @ts-expect-error -- the word is kill
    expect(faults.kil).toBeUndefined();
  });
});
