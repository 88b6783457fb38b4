import { afterEach, describe, expect, test } from 'vitest';
import { byteStringFromText, type ByteString } from '../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, operationId, type ConnectionId, type NodeId } from '../../src/core/base/units.js';
import type { Codecs, Effect, Input, Machine } from '../../src/core/machine.js';
import { echoCodecs, echoNode, type EchoRequest, type EchoResponse } from '../../src/core/systems/echo/echo.js';

/** Nodes 1 .. n of one machine in one world, real or simulated, each told the same members. */
export interface HostsUnderTest {
  request(id: NodeId, connection: ConnectionId, request: unknown): void;
  /** What the node answered in all its lives, in order. */
  answers(id: NodeId): readonly { readonly connection: ConnectionId; readonly response: unknown }[];
  state(id: NodeId): unknown;
  /** Lets time pass until this is so; fails after a few seconds of the world's time. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Lets time pass. Milliseconds of the world. */
  pass(ms: number): Promise<void>;
  /** Ends a life as a crash does, and begins the next. */
  crash(id: NodeId): Promise<void>;
  restart(id: NodeId): Promise<void>;
  close(): Promise<void>;
}

export type MakeHosts = (
  count: number,
  machine: () => Machine<never, never, never, never>,
  codecs: Codecs<never, never, never>,
) => Promise<HostsUnderTest>;

/** The host's half of the contract of core/machine.ts, told to one kind of world with machines that know nothing of Raft. */
export function describeHosts(name: string, make: MakeHosts): void {
  describe(`${name} keeps the host's half of the contract`, () => {
    let hosts: HostsUnderTest | null = null;
    afterEach(() => hosts?.close());
    const host = async (count: number, machine: () => Machine<never, never, never, never>, codecs: Codecs<never, never, never>) => {
      hosts = await make(count, machine, codecs);
      return hosts;
    };

    describe('with echo', () => {
      const three = () => host(3, echoNode as never, echoCodecs as never);
      const ask = (world: HostsUnderTest, id: NodeId, connection: number, text: ByteString) =>
        world.request(id, connectionId(connection), { text } satisfies EchoRequest);
      const answers = (world: HostsUnderTest, id: NodeId) =>
        world.answers(id).map(({ connection, response }) => ({ connection, ...(response as EchoResponse) }));
      /** Asks until all peers echo: a real connection may still be on its way up. */
      const warm = async (world: HostsUnderTest) => {
        for (const id of [1, 2, 3].map(nodeId)) {
          await world.until(`the peers of ${id} echo`, () => {
            const last = answers(world, id).at(-1);
            if (last?.echoes === 2) return true;
            if (last !== undefined || answers(world, id).length === 0) ask(world, id, 1, byteStringFromText('warm'));
            return false;
          });
          await world.pass(200);
        }
      };

      test('every node reaches every other, and an answer goes to the connection that asked', async () => {
        const world = await three();
        await warm(world);
        const before = answers(world, nodeId(2)).length;
        for (let i = 0; i < 20; i++) ask(world, nodeId(2), 100 + i, byteStringFromText(`text ${i}`));
        await world.until('all answers', () => answers(world, nodeId(2)).length === before + 20);
        const given = answers(world, nodeId(2))
          .slice(before)
          .sort((a, b) => a.connection - b.connection);
        expect(given).toEqual(Array.from({ length: 20 }, (_, i) => ({ connection: 100 + i, text: `text ${i}`, echoes: 2 })));
      });

      test('a message of a megabyte arrives whole', async () => {
        const world = await three();
        await warm(world);
        const text = byteStringFromText('0123456789abcdef'.repeat(65_536));
        // A real processor may be too busy for the machine's patience; then the machine is asked again.
        let asked = 0;
        const whole = () => answers(world, nodeId(1)).filter(({ connection }) => connection === 7);
        await world.until('an answer with both echoes', () => {
          if (whole().length === asked) {
            ask(world, nodeId(1), 7, text);
            asked += 1;
          }
          return whole().some(({ echoes }) => echoes === 2);
        });
        expect(whole().every((answer) => answer.text === text)).toBe(true);
      });

      test('a peer that is down is not waited for longer than the machine wants, and is there again when it is back', async () => {
        const world = await three();
        await warm(world);
        await world.crash(nodeId(3));
        ask(world, nodeId(1), 8, byteStringFromText('who is there'));
        await world.until('the answer', () => answers(world, nodeId(1)).some(({ connection }) => connection === 8));
        expect(answers(world, nodeId(1)).find(({ connection }) => connection === 8)?.echoes).toBe(1);
        await world.restart(nodeId(3));
        await warm(world);
        expect(answers(world, nodeId(3)).at(-1)?.echoes).toBe(2);
      });
    });

    describe('with a machine that keeps a diary', () => {
      const alone = (act: Act, first: Partial<Diary> = {}, effects: readonly DiaryEffect[] = []) =>
        host(1, () => diary(act, first, effects) as never, NO_CODECS);
      const inputs = (world: HostsUnderTest) => (world.state(nodeId(1)) as Diary).inputs;

      test('it is woken at its moment or later, never earlier, and once for each', async () => {
        const world = await alone(
          (input, state) => (input.kind === 'wake' ? { wakeAt: state.inputs.length < 5 ? input.now + 20_000 : null } : {}),
          { wakeAt: 0 },
        );
        await world.until('five wakes', () => inputs(world).length >= 5);
        await world.pass(100);
        expect(inputs(world).map(({ kind }) => kind)).toEqual(Array(5).fill('wake'));
        const moments = inputs(world).map(({ now }) => now);
        for (const [i, now] of moments.entries()) if (i > 0) expect(now - (moments[i - 1] ?? 0)).toBeGreaterThanOrEqual(20_000);
      });

      test('a moment brought forward by another input is kept, and one that was put off does not come early', async () => {
        const world = await alone(
          (input) => {
            if (input.kind === 'request') return { wakeAt: input.now + Number(input.request) };
            return { wakeAt: null };
          },
          { wakeAt: 3_600_000_000 },
        );
        world.request(nodeId(1), connectionId(1), 30_000);
        await world.until('the wake', () => inputs(world).some(({ kind }) => kind === 'wake'));
        const [asked, woken] = inputs(world);
        expect((woken?.now ?? 0) - (asked?.now ?? 0)).toBeGreaterThanOrEqual(30_000);

        world.request(nodeId(1), connectionId(1), 20_000);
        world.request(nodeId(1), connectionId(1), 80_000);
        await world.until('the next wake', () => inputs(world).length === 5);
        expect((inputs(world)[4]?.now ?? 0) - (inputs(world)[3]?.now ?? 0)).toBeGreaterThanOrEqual(80_000);
      });

      test('each disk operation ends in one outcome, and time never goes back', async () => {
        const steps = [
          { kind: 'append', path: 'f', bytes: Uint8Array.of(1, 2, 3) },
          { kind: 'sync', path: 'f' },
          { kind: 'read', path: 'f', offset: 1, length: 9 },
        ] as const;
        const world = await alone(() => ({}), {}, [
          { kind: 'disk', operation: operationId(1), steps },
          { kind: 'disk', operation: operationId(2), steps: [{ kind: 'read', path: 'none', offset: 0, length: 1 }] },
        ]);
        await world.until('both outcomes', () => inputs(world).length === 2);
        await world.pass(50);
        const outcomes = inputs(world).flatMap((input) => (input.kind === 'disk' ? [[input.operation, input.outcome] as const] : []));
        expect(outcomes.sort(([a], [b]) => a - b)).toEqual([
          [1, { ok: true, values: [null, null, Uint8Array.of(2, 3)] }],
          [2, { ok: false, at: 0, error: { code: 'missing', message: expect.any(String) as string } }],
        ]);
        const moments = inputs(world).map(({ now }) => now);
        expect(moments).toEqual(moments.toSorted((a, b) => a - b));
      });

      test('answers leave in the order given, and nothing behind a stop is carried out', async () => {
        const world = await alone((input) => {
          if (input.kind !== 'request' || input.request !== 'answer all') return {};
          const reply = (response: number): DiaryEffect => ({ kind: 'respond', connection: input.connection, response });
          return { effects: [reply(1), reply(2), reply(3), { kind: 'stop', reason: 'enough' }, reply(4)] };
        });
        for (const request of ['wait', 'wait', 'wait', 'answer all']) world.request(nodeId(1), connectionId(5), request);
        await world.until('three answers', () => world.answers(nodeId(1)).length === 3);
        world.request(nodeId(1), connectionId(5), null);
        await world.pass(100);
        expect(world.answers(nodeId(1)).map(({ response }) => response)).toEqual([1, 2, 3]);
      });

      test('two lives have two seeds, and what was synced in the first is there in the second', async () => {
        const write = {
          kind: 'disk',
          operation: operationId(1),
          steps: [
            { kind: 'append', path: 'f', bytes: Uint8Array.of(9) },
            { kind: 'sync', path: 'f' },
            { kind: 'syncDirectory' },
            { kind: 'list' },
          ],
        } as const;
        const world = await alone(() => ({}), {}, [write]);
        const written = () =>
          inputs(world).flatMap((input) => (input.kind === 'disk' && input.outcome.ok ? [input.outcome.values[3]] : []));
        await world.until('the first life has written', () => written().length === 1);
        const { seed } = world.state(nodeId(1)) as Diary;
        await world.crash(nodeId(1));
        await world.restart(nodeId(1));
        await world.until('the second life has written', () => written().length === 1);
        expect((world.state(nodeId(1)) as Diary).seed).not.toBe(seed);
        expect(written()).toEqual([[{ path: 'f', sizeBytes: 2 }]]);
      });
    });
  });
}

interface Diary {
  readonly seed: number;
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly wakeAt: number | null;
}
type DiaryEffect = Effect<unknown, unknown>;
type Act = (input: Input<unknown, unknown>, state: Diary) => { readonly effects?: readonly DiaryEffect[]; readonly wakeAt?: number | null };

/** Keeps every input, does what `act` says. */
function diary(act: Act, first: Partial<Diary>, effects: readonly DiaryEffect[]): Machine<Diary, unknown, unknown, unknown> {
  return {
    init: ({ seed }) => ({ state: { inputs: [], wakeAt: null, ...first, seed }, effects }),
    step: (before, input) => {
      const inputs = [...before.inputs, input];
      const { effects: next = [], wakeAt = before.wakeAt } = act(input, { ...before, inputs });
      return { state: { ...before, inputs, wakeAt }, effects: next };
    },
    wakeAt: ({ wakeAt }) => (wakeAt === null ? null : micros(wakeAt)),
  };
}

const never = () => {
  throw new Error('this machine sends nothing');
};
const NO_CODECS = {
  message: { encode: never, decode: never },
  request: { encode: never, decode: never },
  response: { encode: never, decode: never },
} as unknown as Codecs<never, never, never>;
