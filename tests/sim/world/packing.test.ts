import { expect, test } from 'vitest';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { fail } from '../../../src/core/base/result.js';
import { connectionId, nodeId } from '../../../src/core/base/units.js';
import type { Codecs } from '../../../src/core/machine.js';
import { echoCodecs, echoNode, type EchoResponse } from '../../../src/core/systems/echo/echo.js';
import { TRUE_CLOCK } from '../../../src/sim/base/node-clock.js';
import { NO_FAULTS, type LinkFaults, type LinkOptions } from '../../../src/sim/network/link-options.js';
import { RATIO_NEVER, ratio } from '../../../src/sim/base/random-streams.js';
import type { WorldEvent } from '../../../src/sim/world/world-event.js';
import { World } from '../../../src/sim/world/world.js';

const LINK: LinkOptions = {
  delayUsMin: 1_000,
  delayUsMax: 10_000,
  lossRatio: RATIO_NEVER,
  duplicateRatio: RATIO_NEVER,
  reorders: false,
  queueMax: 1_000,
};
const [A, B, C] = [nodeId(1), nodeId(2), nodeId(3)] as const;

interface Stage {
  readonly world: World;
  readonly answers: EchoResponse[];
  readonly events: WorldEvent[];
}

/** Three echoes that are asked something every 3 ms, over streams. */
function echoes(faults: Partial<LinkFaults>, codecs: Codecs<never, never, never> | typeof echoCodecs = echoCodecs): Stage {
  const stage: Stage = {
    world: new World({
      seed: 4,
      options: {
        serverLinks: { ...LINK, faults: { ...NO_FAULTS, isStream: true, ...faults } },
        clientLinks: LINK,
        codecs: true,
        freezes: true,
        inboxMax: 100,
      },
      observer: { onWorldEvent: (_atUs, event) => void stage.events.push(event) },
    }),
    answers: [],
    events: [],
  };
  for (const id of [A, B, C]) {
    stage.world.addProcess({
      id,
      name: `s${id}`,
      kind: 'server',
      machine: echoNode(),
      members: [A, B, C],
      disk: null,
      clock: TRUE_CLOCK,
      codecs: codecs as typeof echoCodecs,
      onRespond: (_, response) => stage.answers.push(response),
    });
  }
  for (let i = 0; i < 100; i++) {
    stage.world.schedule(i * 3_000, () =>
      stage.world.request(nodeId(1 + (i % 3)), { text: byteStringFromText(`hello ${i}`) }, connectionId(900)),
    );
  }
  return stage;
}

test('over streams every call is answered by all', () => {
  const { world, answers, events } = echoes({});
  expect(world.runUntil(2_000_000)).toBeNull();
  expect(answers.map(({ echoes: count }) => count)).toEqual(Array.from({ length: 100 }, () => 2));
  expect(events).toEqual([]);
});

test('damage is found by the reader, costs the connection, and no more', () => {
  const { world, answers, events } = echoes({ corruptRatio: ratio(1, 20), reconnectUs: 2_000 });
  expect(world.runUntil(2_000_000)).toBeNull();
  expect(events.length).toBeGreaterThan(5);
  for (const event of events)
    expect(event).toMatchObject({ kind: 'connectionBroke', by: null, problem: expect.stringMatching(/^(a frame|the check)/) as string });
  const counts = answers.map(({ echoes: count }) => count);
  expect([counts.includes(2), counts.includes(1)]).toEqual([true, true]);
});

test('a process that dies takes the half message with it, and is reached again in its next life', () => {
  const { world, answers, events } = echoes({});
  for (let atUs = 20_000; atUs < 300_000; atUs += 20_000) {
    world.runUntil(atUs);
    world.crash(B, { keepsPageCache: true });
    world.runUntil(atUs + 5_000);
    world.restart(B);
  }
  expect(world.runUntil(2_000_000)).toBeNull();
  expect(events.filter(({ kind }) => kind === 'connectionBroke')).toEqual([]);
  expect(answers.filter(({ echoes: count }) => count === 2).length).toBeGreaterThan(20);
});

test('what was half there when its receiver died is not there for the next life', () => {
  const countOf = (dies: boolean): number | undefined => {
    const { world, answers } = echoes({ bytesPerMs: 2 });
    // The first question, some forty bytes long, takes about twenty milliseconds to leave.
    world.runUntil(15_000);
    if (dies) {
      world.crash(B, { keepsPageCache: true });
      world.restart(B);
    }
    world.runUntil(10_000_000);
    return answers.find(({ text }) => text === byteStringFromText('hello 0'))?.echoes;
  };
  expect([countOf(false), countOf(true)]).toEqual([2, 1]);
});

test('an intact frame that its receiver cannot decode is held against the code', () => {
  const broken = { ...echoCodecs, message: { ...echoCodecs.message, decode: () => fail('nonsense') } };
  const { world } = echoes({}, broken as unknown as typeof echoCodecs);
  expect(world.runUntil(2_000_000)).toMatchObject({ property: 'codec', message: expect.stringMatching(/s\d reads from s\d: nonsense/) });
});
