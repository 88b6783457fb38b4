import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId } from '../../../../src/core/base/units.js';
import { ECHO_PATIENCE_US, echoCodecs, echoNode, type EchoMessage, type EchoState } from '../../../../src/core/systems/echo/echo.js';

const machine = echoNode();
const text = byteStringOf(Uint8Array.of(1, 200));
const boot = (members: number[]): EchoState =>
  machine.init({ self: nodeId(1), members: members.map(nodeId), past: 'unknown', now: micros(0), seed: 0 }).state;
const asked = (members: number[]) =>
  machine.step(boot(members), { kind: 'request', now: micros(5), connection: connectionId(9), request: { text } });
const heard = (state: EchoState, from: number, message: EchoMessage) =>
  machine.step(state, { kind: 'message', now: micros(6), from: nodeId(from), message });

describe('an echo node', () => {
  test('alone answers at once', () => {
    expect(asked([1]).effects).toEqual([{ kind: 'respond', connection: 9, response: { text, echoes: 0 } }]);
  });

  test('answers when every peer has sent the text back, each counted once', () => {
    const { state, effects } = asked([1, 2, 3]);
    expect(effects.map((effect) => effect.kind === 'send' && effect.to)).toEqual([2, 3]);
    const echo: EchoMessage = { kind: 'echo', id: 1, text };
    const first = heard(state, 2, echo);
    const again = heard(first.state, 2, echo);
    const stranger = heard(again.state, 7, echo);
    expect([first.effects, again.effects, stranger.effects]).toEqual([[], [], []]);
    const last = heard(stranger.state, 3, echo);
    expect(last.effects).toEqual([{ kind: 'respond', connection: 9, response: { text, echoes: 2 } }]);
    expect(machine.wakeAt(last.state)).toBeNull();
  });

  test('does not wait for the dead longer than its patience', () => {
    const { state } = asked([1, 2]);
    expect(machine.wakeAt(state)).toBe(5 + ECHO_PATIENCE_US);
    expect(machine.step(state, { kind: 'wake', now: micros(5 + ECHO_PATIENCE_US) }).effects).toEqual([
      { kind: 'respond', connection: 9, response: { text, echoes: 0 } },
    ]);
  });

  test('reads what it writes, and no bytes make its decoders throw', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const number = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.constantFrom('call' as const, 'echo' as const), number, bytes, (kind, id, raw) => {
        const some = byteStringOf(raw);
        const { message, request, response } = echoCodecs;
        expect(message.decode(message.encode({ kind, id, text: some }))).toEqual({ ok: true, value: { kind, id, text: some } });
        expect(request.decode(request.encode({ text: some }))).toEqual({ ok: true, value: { text: some } });
        expect(response.decode(response.encode({ text: some, echoes: id }))).toEqual({ ok: true, value: { text: some, echoes: id } });
        for (const codec of [message, request, response]) expect(typeof codec.decode(raw).ok).toBe('boolean');
      }),
      { seed: 1 },
    );
  });
});
