import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { Hosted } from './hosted.js';

/*
 * What the documents ask of a client without a session, over a network that loses and delays and does not double: a put
 * whose repetition is refused for its version may have done it itself at the first try, a put that is refused at the first try has not.
 */
const client = (seed = 7): Hosted =>
  new Hosted({ useSessions: false, mayDouble: false, attemptTimeoutMs: 100, timeLimitMs: 60_000 }, 2, seed);

type Try = 'silence' | 'busy' | 'notLeader' | 'deposed';

function goThrough(hosted: Hosted, tries: readonly Try[]): void {
  for (const each of tries) {
    // A pause, if there is one.
    while (hosted.state.awaiting === 0) hosted.sleep();
    if (each === 'silence') hosted.sleep();
    else if (each === 'busy') hosted.answer({ kind: 'unavailable', reason: 'busy' });
    else hosted.refuse(0, each === 'deposed');
  }
  while (hosted.state.awaiting === 0) hosted.sleep();
}

describe('a put without a session, answered with another version', () => {
  test.each(['versionConflict', 'noKey'] as const)(
    '%s is what it says unless an earlier try may have taken effect; then it is "maybe"',
    (status) => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom<Try[]>('silence', 'busy', 'notLeader', 'deposed'), { maxLength: 6 }),
          fc.nat(),
          (tries, seed) => {
            const hosted = client(seed);
            hosted.call({ id: 1, op: 'put', value: byteStringFromText('v'), version: 3 });
            goThrough(hosted, tries);
            hosted.answerResult(status, 4);
            const isDoubtful = tries.includes('silence') || tries.includes('deposed');
            expect(hosted.outcomes).toMatchObject([
              isDoubtful ? { kind: 'maybe', id: 1 } : { kind: 'done', id: 1, result: { status, version: 4 } },
            ]);
            seen.add(isDoubtful ? 'maybe' : tries.length === 0 ? 'first try' : 'refused before');
          },
        ),
        { numRuns: 300 },
      );
      expect([...seen].sort()).toEqual(['first try', 'maybe', 'refused before']);
    },
  );

  test('a success is a success at whatever try', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Try[]>('silence', 'busy', 'deposed'), { maxLength: 6 }), (tries) => {
        const hosted = client();
        hosted.call({ id: 1, op: 'put', value: byteStringFromText('v'), version: 3 });
        goThrough(hosted, tries);
        hosted.answerResult('ok', 4);
        expect(hosted.outcomes).toMatchObject([{ kind: 'done', result: { status: 'ok', version: 4 } }]);
      }),
    );
  });

  test('a get is asked until it is answered, and never ends in "maybe"', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Try[]>('silence', 'busy', 'notLeader', 'deposed'), { maxLength: 6 }), (tries) => {
        const hosted = client();
        hosted.call({ id: 1, op: 'get' });
        goThrough(hosted, tries);
        hosted.answerResult('noKey');
        expect(hosted.outcomes).toMatchObject([{ kind: 'done', result: { status: 'noKey' } }]);
      }),
    );
  });
});
