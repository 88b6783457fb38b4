import { describe, expect, test } from 'vitest';
import { Window } from '../../../src/cli/stories/window.js';
import { micros, nodeId } from '../../../src/core/base/units.js';
import type { Observer } from '../../../src/sim/world/observer.js';

const S1 = nodeId(1);
const S2 = nodeId(2);

interface State {
  readonly role: string;
  readonly term: number;
}

const standing = (term: number): State => ({ role: 'leader', term });

/** A window from 10 to 20 ms, and the moments (in ms) that what stands behind it was shown. */
function windowed(): { readonly window: Window; readonly shown: readonly number[] } {
  const shown: number[] = [];
  const inner: Observer = {
    onStep: (atUs) => shown.push(atUs / 1_000),
    onWorldEvent: (atUs) => shown.push(atUs / 1_000),
  };
  return { window: new Window(inner, 10, 20, { describe: (state) => `${(state as State).role} of ${(state as State).term}` }, 3), shown };
}

describe('a window on a run', () => {
  test('shows what lies between its two moments, both inclusive', () => {
    const { window, shown } = windowed();
    for (const ms of [9.999, 10, 15, 20, 20.001]) window.onStep(micros(ms * 1_000), S1, null, undefined, standing(1), []);
    for (const ms of [1, 12, 30]) window.onWorldEvent(micros(ms * 1_000), { kind: 'allHealed', by: null });
    expect(shown).toEqual([10, 15, 20, 12]);
  });

  test('closes with how each server stood at its end, by number, whatever came later', () => {
    const { window } = windowed();
    window.onStep(micros(5_000), S2, null, undefined, standing(4), []);
    window.onStep(micros(6_000), S1, null, undefined, standing(5), []);
    window.onCrash(micros(7_000), S2, standing(4));
    window.onStep(micros(25_000), S1, null, undefined, standing(8), []);
    window.onCrash(micros(26_000), S1, standing(8));
    expect(window.closingLines()).toEqual(['s1  leader of 5', 's2  down']);
  });

  test('does not take a client for a server', () => {
    const { window } = windowed();
    window.onStep(micros(12_000), nodeId(4), null, undefined, { calls: [] }, []);
    expect(window.closingLines()).toEqual([]);
  });
});
