import { expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { connectionId, nodeId } from '../../../src/core/base/units.js';
import { echoNode } from '../../../src/core/systems/echo/echo.js';
import { TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';
import { RATIO_NEVER } from '../../../src/sim/base/random-streams.js';
import { Transcript } from '../../../src/sim/story/transcript.js';
import { World } from '../../../src/sim/world/world.js';

test('a run is told in aligned lines: when, who, what came in, what was done about it', () => {
  const lines: string[] = [];
  const servers = [1, 2].map((n) => ({ id: nodeId(n), name: `s${n}` }));
  const transcript = new Transcript({ servers, clients: [], write: (line) => lines.push(line) });
  const link = { delayUsMin: 1_500, delayUsMax: 1_500, lossRatio: RATIO_NEVER, duplicateRatio: RATIO_NEVER, reorders: true, queueMax: 10 };
  const world = new World({
    seed: 1,
    observer: transcript,
    options: { serverLinks: link, clientLinks: link, codecs: false, freezes: true, inboxMax: 10 },
  });
  for (const { id, name } of servers) {
    world.addProcess({
      id,
      name,
      kind: 'server',
      machine: echoNode(),
      members: servers.map((server) => server.id),
      disk: null,
      clock: TRUE_CLOCK,
    });
  }
  world.request(nodeId(1), { text: byteStringFromText('hello') }, connectionId(900));
  world.runUntil(10_000);
  world.because('isolateServer', () => world.cut(nodeId(1), nodeId(2)));
  world.request(nodeId(1), { text: byteStringFromText('hello') }, connectionId(900));
  world.runUntil(20_000);
  world.crash(nodeId(2), { keepsPageCache: true });
  transcript.finish();

  expect(lines).toEqual([
    '          ms  at  takes                             does',
    '       0.000  s1  boots',
    '       0.000  s2  boots',
    '       0.000  s1  #900? data                        > s2 call',
    '       1.500  s2  s1: call                          > s1 echo',
    '       3.000  s1  s2: echo',
    '      10.000  *   s1 no longer reaches s2 (isolateServer)',
    '      10.000  s1  #900? data                        x s2 call (cut)',
    '      20.000  s2  CRASHES',
    '      20.000  *   s2 is killed',
  ]);
});
