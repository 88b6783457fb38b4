import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOBODY, nodeId, type NodeId } from '../../../../src/core/base/units.js';
import { helloCodec, helloOf, problemOfHello, type HelloRole } from '../../../../src/core/wire/frames/hello.js';

const SELF = nodeId(1);

describe('a hello', () => {
  const rules = { clusterId: 'blue', self: SELF, role: 'server' as const, sender: NOBODY };

  test('is read as it was written', () => {
    const node = fc.nat({ max: 0x7fff_ffff }).map(nodeId);
    const any = fc.record({
      protocolVersion: fc.nat(),
      clusterId: fc.stringMatching(/^[A-Za-z0-9._-]{0,64}$/),
      sender: node,
      role: fc.constantFrom<HelloRole[]>('server', 'client'),
      receiver: node,
    });
    fc.assert(
      fc.property(any, (value) => {
        expect(helloCodec.decode(helloCodec.encode(value))).toEqual({ ok: true, value });
      }),
      { seed: 1 },
    );
  });

  test.each<[string, NodeId, NodeId, string | null]>([
    ['a peer', nodeId(2), SELF, null],
    ['nobody', NOBODY, SELF, 'a server has no node id'],
    ['this very server', SELF, SELF, 'a server claims to be node 1, which is this one'],
    ['a peer that looks for another', nodeId(2), nodeId(3), 'node 3 is looked for, and this is node 1'],
  ])('from %s between servers', (_who, sender, receiver, problem) => {
    expect(problemOfHello(helloOf('blue', sender, 'server', receiver), rules)).toBe(problem);
  });

  test('from another server than the one that was dialled is refused', () => {
    expect(problemOfHello(helloOf('blue', nodeId(3), 'server', SELF), { ...rules, sender: nodeId(2) })).toBe(
      'node 2 is expected here, and this is node 3',
    );
  });

  test('only a client may leave the cluster open', () => {
    expect(problemOfHello(helloOf('', nodeId(2), 'server', SELF), rules)).toBe('cluster "" is not cluster "blue"');
    expect(problemOfHello(helloOf('', NOBODY, 'client', NOBODY), { ...rules, role: 'client' })).toBe(null);
  });

  test('with an impossible cluster id is not written, and not read', () => {
    expect(() => helloCodec.encode(helloOf('a b', SELF, 'server', NOBODY))).toThrow('a cluster id is');
    expect(helloCodec.decode(Uint8Array.of(0x12, 1, 0x20, 0x20, 1))).toEqual({
      ok: false,
      problem: 'hello: the cluster id has other characters than A-Z a-z 0-9 . _ -',
    });
  });
});
