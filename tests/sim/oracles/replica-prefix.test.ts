import { describe, expect, test } from 'vitest';
import { nodeId, type NodeId } from '../../../src/core/base/units.js';
import { contentText, ReplicaPrefix } from '../../../src/sim/oracles/replica-prefix.js';
import { Violated } from '../../../src/sim/checkers/violation.js';

interface Shown {
  readonly part: 'primary' | 'replica' | 'none';
  readonly contents: readonly string[];
  readonly epoch?: number;
}

const primary = (epoch: number, contents: readonly string[]): Shown => ({ part: 'primary', contents, epoch });
const replica = (content: string, epoch: number): Shown => ({ part: 'replica', contents: [content], epoch });
const PRIMARY = nodeId(1);
const A = nodeId(2);

class Story {
  readonly #oracle = new ReplicaPrefix(
    {
      partOf: (state) => (state as Shown).part,
      historyOf: (state) => ({ epoch: (state as Shown).epoch ?? 0, generation: 0 }),
      contentOf: (state) => (state as Shown).contents.at(-1) ?? '',
      contentsBetween: (_before, after) => (after as Shown).contents,
    },
    3,
  );

  #before: Shown | undefined;

  holds(...contents: readonly string[]): this {
    const after = primary(1, contents);
    this.#oracle.onStep(1, PRIMARY, null, this.#before, after);
    this.#before = after;
    return this;
  }

  /** Another server takes the primary's place. */
  isPromoted(node: NodeId, epoch: number, content: string): this {
    this.#oracle.onStep(1, node, null, undefined, primary(epoch, [content]));
    return this;
  }

  shows(content: string, node = A, epoch = 1): this {
    this.#oracle.onStep(2, node, null, undefined, replica(content, epoch));
    return this;
  }

  restarts(node = A): this {
    this.#oracle.onWorldEvent(3, { kind: 'restarted', node, by: null });
    if (node === PRIMARY) this.#before = undefined;
    return this;
  }

  get changes(): number {
    return this.#oracle.changes;
  }
}

const broken = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof Violated && error.violation.property === 'Replica Prefix') return error.message;
    throw error;
  }
  return 'nothing was broken';
};

describe('Replica Prefix', () => {
  test('lets a replica be late, skip, and begin again after a restart', () => {
    const story = new Story()
      .shows('')
      .holds('a')
      .holds('a b', 'b')
      .shows('')
      .shows('b')
      .holds('')
      .shows('')
      .restarts()
      .shows('a')
      .shows('b');
    expect(story.changes).toBe(4);
  });

  test('knows what a primary held between two of its steps, and in each of its lives', () => {
    new Story().holds('').holds('a', 'b', 'c').shows('b').restarts(PRIMARY).holds('d').shows('c').shows('d');
  });

  test('says that a replica holds what the primary never held', () => {
    expect(broken(() => new Story().holds('a').holds('a b').shows('b'))).toBe('replica s2 holds what the primary never held: b');
  });

  test('says that a replica went back, each replica by itself', () => {
    const story = new Story().holds('a').holds('b').shows('b').shows('a', nodeId(3));
    expect(broken(() => story.shows('a'))).toBe('replica s2 went back from change 2 of the primary to change 1: a');
  });

  test('lets a replica go back when another server has taken the place of its primary, and only then', () => {
    const B = nodeId(3);
    const story = new Story()
      .holds('a')
      .holds('b')
      .shows('b')
      .isPromoted(B, 2, 'a')
      .shows('a', A, 2)
      .isPromoted(B, 3, 'a c')
      .shows('a c', A, 3);
    expect(broken(() => story.shows('a', A, 3))).toBe('replica s2 went back from change 4 of the primary to change 3: a');
  });

  test('looks at servers only', () => {
    new Story().holds('a').shows('what a client knows', nodeId(4));
  });
});

test('a content as a text keeps apart what differs', () => {
  expect(
    contentText([
      ['a', 2, 'x'.repeat(30)],
      ['b', 1, ''],
    ]),
  ).toBe('a=xxxxxxxxxxxx..30 v2, b= v1');
});
