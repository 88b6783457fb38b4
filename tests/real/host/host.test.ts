import { describe, expect, test } from 'vitest';
import { assert } from '../../../src/core/base/assert.js';
import { connectionId, micros, nodeId, type ConnectionId } from '../../../src/core/base/units.js';
import type { Effect, Input, Machine } from '../../../src/core/machine.js';
import { Host, type Surroundings } from '../../../src/real/host/host.js';

type Asked = Input<string, string>;
type Done = Effect<string, string>;

/** A machine without a state of its own, in surroundings that write down what they are asked for. */
function hosted(step: (input: Asked) => readonly Done[], changed: Partial<Surroundings<string, string>> = {}, init: readonly Done[] = []) {
  const said: string[] = [];
  const machine: Machine<null, string, string, string> = {
    init: () => ({ state: null, effects: init }),
    step: (_, input) => ({ state: null, effects: step(input) }),
    wakeAt: () => null,
  };
  const host: Host<null, string, string, string> = new Host(machine, {
    now: () => micros(1),
    seed: 1,
    send: (to, message) => said.push(`send ${to} ${message}`),
    respond: (connection, response) => said.push(`respond ${connection} ${response}`),
    perform: () => Promise.resolve({ ok: true, values: [] }),
    log: (level, text) => {
      if (level !== 'debug') said.push(`${level} ${text}`);
    },
    onStop: (reason) => said.push(`stop ${reason}`),
    ...changed,
  });
  return { host, said };
}

const start = (host: Host<null, string, string, string>) => host.start(nodeId(1), [nodeId(1)], 'unknown');
const send = (message: string): Done => ({ kind: 'send', to: nodeId(2), message });
const stop: Done = { kind: 'stop', reason: 'the disk is gone' };

describe('a host', () => {
  test('carries effects out in list order, those of init first', () => {
    const { host, said } = hosted(
      () => [send('b'), { kind: 'note', name: 'leader-elected', text: 'term 3' }, { kind: 'note', name: 'bare', text: '' }, send('c')],
      {},
      [send('a')],
    );
    start(host);
    host.message(nodeId(2), 'x');
    expect(said).toEqual(['send 2 a', 'send 2 b', 'info leader-elected term 3', 'info bare', 'send 2 c']);
  });

  test('takes inputs that come while it works after the effects of the one before', () => {
    const { host, said } = hosted(
      (input) =>
        input.kind === 'request'
          ? [{ kind: 'respond', connection: input.connection, response: input.request }, send(`after ${input.request}`)]
          : [],
      {
        respond: (connection: ConnectionId, response: string) => {
          said.push(`respond ${response}`);
          if (response === 'first') host.request(connection, 'second');
        },
      },
    );
    start(host);
    host.request(connectionId(1), 'first');
    expect(said).toEqual(['respond first', 'send 2 after first', 'respond second', 'send 2 after second']);
  });

  test('carries nothing out behind a stop, and takes nothing in afterwards', () => {
    const { host, said } = hosted(() => [send('a'), stop, send('b')]);
    start(host);
    host.message(nodeId(2), 'x');
    host.message(nodeId(2), 'y');
    expect(said).toEqual(['send 2 a', 'stop the disk is gone']);
    expect(host.hasEnded).toBe(true);
  });

  test('stops the node when it breaks a rule of its own, with that rule as the last line', () => {
    const { host, said } = hosted(() => {
      assert(false, 'one vote in a term (§3.4)');
    });
    start(host);
    host.message(nodeId(2), 'x');
    host.message(nodeId(2), 'y');
    expect(said).toEqual(['stop a rule of this program was broken: one vote in a term (§3.4)']);
  });

  test('that is ended from outside says nothing more, also of operations under way', async () => {
    let finish: () => void = () => undefined;
    const { host, said } = hosted(
      () => [send('never')],
      {
        perform: () => new Promise((resolve) => (finish = () => resolve({ ok: true, values: [] }))),
      },
      [{ kind: 'disk', operation: 1 as never, steps: [] }],
    );
    start(host);
    host.end();
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([]);
  });
});
