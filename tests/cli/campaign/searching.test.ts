import { describe, expect, test } from 'vitest';
import { searchLine, searchToEnd } from '../../../src/cli/campaign/searching.js';
import type { SearchProgress } from '../../../src/sim/checkers/linearizability.js';

const progress = (steps: number): SearchProgress => ({ stage: 'judging', steps, stepsMax: 100_000_000, keys: 3, decided: 1 });

function* search(looks: number, breathMs: number): Generator<SearchProgress, string> {
  for (let i = 1; i <= looks; i++) {
    const until = performance.now() + breathMs;
    while (performance.now() < until);
    yield progress(i * 1_000_000);
  }
  return 'done';
}

describe('a search', () => {
  test('that is short says nothing', async () => {
    const written: string[] = [];
    expect(await searchToEnd(search(3, 0), { write: (text) => written.push(text) }, new AbortController().signal)).toEqual({
      result: 'done',
    });
    expect(written).toEqual([]);
  });

  test('that takes long tells how far it has come, on a terminal in one line that is taken away', async () => {
    const written: string[] = [];
    await searchToEnd(search(15, 100), { write: (text) => written.push(text) }, new AbortController().signal);
    expect(written[0]).toMatch(/^\d+\.0M of at most 100\.0M steps · 1 of 3 keys linearizable\n$/);
    const drawn: string[] = [];
    await searchToEnd(search(15, 100), { isTTY: true, write: (text) => drawn.push(text) }, new AbortController().signal);
    expect(drawn[0]).toContain('\r\u001b[2K');
    expect(drawn[0]).toContain('.0M of at most');
    expect(drawn.at(-1)).toBe('\r\u001b[2K');
  });

  test('can be stopped, and says where it stood', async () => {
    const stopping = new AbortController();
    setImmediate(() => stopping.abort());
    expect(await searchToEnd(search(1_000_000, 0), null, stopping.signal)).toEqual({
      stoppedAt: expect.objectContaining({ keys: 3 }) as SearchProgress,
    });
  });

  test('that failed says that it looks for how to tell it', () => {
    expect(searchLine({ ...progress(5), stage: 'telling' })).toMatch(/one is not: looking for how to tell it$/);
  });
});
