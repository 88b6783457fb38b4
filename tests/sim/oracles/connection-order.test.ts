import { describe, test } from 'vitest';
import { byteStringFromText, EMPTY } from '../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId } from '../../../src/core/base/units.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import { ConnectionOrder } from '../../../src/sim/oracles/connection-order.js';
import { expectViolated, setCommand } from './planted.js';

const S = nodeId(1);
const C = connectionId(8);
const D = connectionId(9);
const write = (id: number): NodeRequest => ({ kind: 'command', id, command: setCommand('a') });
const read = (id: number): NodeRequest => ({ kind: 'query', id, key: byteStringFromText('k') });
const done = (id: number): NodeResponse => ({ kind: 'done', id, result: { status: 'ok', version: 1, value: EMPTY } });
const refused = (id: number): NodeResponse => ({ kind: 'unavailable', id, reason: 'busy' });

class Server {
  readonly #oracle = new ConnectionOrder(1);

  boot(): this {
    this.#oracle.onStep(1, S, null, undefined, {}, []);
    return this;
  }

  asked(request: NodeRequest, connection = C): this {
    this.#oracle.onStep(1, S, { kind: 'request', now: micros(1), connection, request }, {}, {}, []);
    return this;
  }

  answers(...responses: NodeResponse[]): this {
    this.#oracle.onStep(
      2,
      S,
      { kind: 'wake', now: micros(2) },
      {},
      {},
      responses.map((response) => ({ kind: 'respond', connection: C, response }) as const),
    );
    return this;
  }

  closed(): this {
    this.#oracle.onStep(2, S, { kind: 'connection', now: micros(2), connection: C, isOpen: false }, {}, {}, []);
    return this;
  }
}

describe('Connection Order', () => {
  test('sees a read that is answered before a write that came before it', () => {
    const server = new Server().boot().asked(write(1)).asked(write(2)).asked(read(3)).answers(done(1));
    expectViolated('Connection Order', /s1 answered read 3 before write 2, which came before it over the same connection/, () =>
      server.answers(done(3)),
    );
  });

  test('is content with answers in order, a write behind the read or of others, a refusal, a closed connection and another life', () => {
    new Server().boot().asked(write(1)).asked(read(2)).answers(done(1), done(2));
    new Server().boot().asked(read(1)).asked(write(2)).asked(write(3), D).answers(done(1), done(2));
    new Server().boot().asked(write(1)).asked(read(2)).answers(refused(2));
    new Server().boot().asked(write(1)).closed().asked(read(2)).answers(done(2));
    new Server().boot().asked(write(1)).boot().asked(read(2)).answers(done(2));
  });
});
