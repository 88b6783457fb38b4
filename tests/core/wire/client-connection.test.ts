import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringOf, bytesOf, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { NOBODY, nodeId } from '../../../src/core/base/units.js';
import {
  clientPortOptions,
  closeClientConnection,
  heldBytes,
  takeAnswers,
  isFull,
  onClientBytes,
  onClientResponse,
  openClientConnection,
  unanswered,
  type ClientConnection,
} from '../../../src/core/wire/client-connection.js';
import { encodeFrame } from '../../../src/core/wire/frames/frame.js';
import { onFramedBytes, openFramed, type FramedConnection } from '../../../src/core/wire/frames/framed-connection.js';
import { goodbyeFrame, helloFrame, helloOf, type Hello } from '../../../src/core/wire/frames/hello.js';
import { FRAME_BYTES_MAX, PROTOCOL_VERSION } from '../../../src/core/wire/limits.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';
import { requestCodec } from '../../../src/core/wire/protobuf/request.js';
import { responseCodec } from '../../../src/core/wire/protobuf/response.js';
import { cut, request, response } from './arbitraries.js';

const SELF = nodeId(1);
const OPTIONS = { ...clientPortOptions('blue', SELF), unansweredMax: 3 };
const noAddress = (): null => null;
const places = fc.array(fc.nat(), { maxLength: 12 });

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function hello(changes: Partial<Hello> = {}): Uint8Array {
  return helloFrame({ ...helloOf('blue', NOBODY, 'client', NOBODY), ...changes });
}

function asked(all: readonly NodeRequest[]): Uint8Array {
  return joined(...all.map((one) => encodeFrame('request', requestCodec.encode(one))));
}

/** What a client's library sees of a server's output. */
function clientSees(output: Uint8Array): FramedConnection<NodeResponse> & { readonly messages: readonly NodeResponse[] } {
  const client = openFramed<NodeResponse>({
    hello: { clusterId: 'blue', self: NOBODY, role: 'server', sender: SELF },
    kind: 'response',
    codec: responseCodec,
    payloadBytesMax: FRAME_BYTES_MAX,
  });
  const { connection, messages } = onFramedBytes(client, output);
  return { ...connection, messages };
}

function fed(
  pieces: readonly Uint8Array[],
  unansweredMax = OPTIONS.unansweredMax,
): {
  connection: ClientConnection;
  requests: NodeRequest[];
  output: Uint8Array;
  close: string | null;
} {
  let connection = openClientConnection({ ...OPTIONS, unansweredMax });
  const requests: NodeRequest[] = [];
  const outputs: Uint8Array[] = [];
  let close: string | null = null;
  for (const piece of pieces) {
    const step = onClientBytes(connection, piece);
    connection = step.connection;
    requests.push(...step.requests);
    outputs.push(step.output);
    close ??= step.close;
  }
  return { connection, requests, output: joined(...outputs), close };
}

describe('the client port', () => {
  test('takes a first byte that begins no frame for text', () => {
    const { connection, requests } = fed([bytesOf('GE' as ByteString), bytesOf('T a\n' as ByteString)]);
    expect(connection.mode).toBe('text');
    expect(requests).toEqual([{ kind: 'query', id: 1, key: 'a' }]);
    expect(unanswered(connection)).toBe(1);
    const answered = onClientResponse(connection, { kind: 'done', id: 1, result: { status: 'noKey', version: 0, value: EMPTY } });
    expect(answered.output).toHaveLength(0);
    const step = takeAnswers(answered.connection, 1, noAddress);
    expect(byteStringOf(step.output)).toBe('NOT_FOUND\n');
    expect(unanswered(step.connection)).toBe(0);
  });

  test('gives the requests of frames, wherever they are cut, behind the hello', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 6 }), places, (all, at) => {
        const { connection, requests, output, close } = fed(cut(joined(hello(), asked(all)), at));
        expect(close).toBe(null);
        // A client that has not been answered yet has few of its reads with the node (flow.ts).
        expect([...requests, ...(connection.mode === 'frames' ? connection.flow.waiting : [])]).toEqual(all);
        expect(clientSees(output).hello).toEqual(helloOf('blue', SELF, 'server', NOBODY));
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  test('answers in frames as the node answers', () => {
    fc.assert(
      fc.property(fc.array(response, { maxLength: 6 }), (answers) => {
        const opened = fed([hello(), asked(answers.map(({ id }) => ({ kind: 'whoIsLeader', id })))], answers.length + 1);
        let { connection } = opened;
        const outputs = [opened.output];
        for (const answer of answers) {
          const kept = onClientResponse(connection, answer);
          const step = takeAnswers(kept.connection, 1, noAddress);
          connection = step.connection;
          outputs.push(kept.output, step.output);
        }
        expect(heldBytes(connection)).toBe(0);
        expect(clientSees(joined(...outputs)).messages).toEqual(answers);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('is full while as many requests are unanswered as may be', () => {
    const whoIsLeader = (id: number): NodeRequest => ({ kind: 'whoIsLeader', id });
    const { connection } = fed([hello(), asked([1, 2].map(whoIsLeader))]);
    expect(isFull(connection)).toBe(false);
    const third = onClientBytes(connection, asked([whoIsLeader(3)])).connection;
    expect(isFull(third)).toBe(true);
    const answered = onClientResponse(third, { kind: 'leader', id: 1, leaderHint: SELF }).connection;
    expect(isFull(answered)).toBe(true);
    expect(isFull(takeAnswers(answered, 1, noAddress).connection)).toBe(false);
  });

  test.each<[string, Uint8Array, string]>([
    ['a stranger to the cluster', hello({ clusterId: 'green' }), 'cluster "green" is not cluster "blue"'],
    ['another version', hello({ protocolVersion: 2 }), `the other side speaks version 2 of the protocol, this one ${PROTOCOL_VERSION}`],
    ['a server', hello({ role: 'server', sender: nodeId(2) }), 'a client is expected here, and this is a server'],
    ['who looks for another', hello({ receiver: nodeId(3) }), 'node 3 is looked for, and this is node 1'],
    [
      'who does not say hello',
      encodeFrame('request', requestCodec.encode({ kind: 'status', id: 1 })),
      'the first frame is a request, not a hello',
    ],
    ['whose hello is nonsense', encodeFrame('hello', Uint8Array.of(0x08)), 'hello: the message ends inside a varint'],
    ['whose hello has no role', encodeFrame('hello', Uint8Array.of()), 'hello: the role is missing or unknown'],
    ['whose hello is long', encodeFrame('hello', new Uint8Array(513)), 'a frame of 513 bytes is announced, more than 512'],
    ['whose request is nonsense', joined(hello(), encodeFrame('request', Uint8Array.of(8))), 'request: the message ends inside a varint'],
    ['who speaks as a peer', joined(hello(), encodeFrame('peer', Uint8Array.of(8))), 'a peer frame came where only request frames may'],
    ['who says hello twice', joined(hello(), hello()), 'a hello frame came where only request frames may'],
    ['who falls back to text', joined(hello(), bytesOf('GET a\n' as ByteString)), 'a frame begins with byte 71, not 251'],
  ])('refuses %s with one line, in the log and over the wire', (_who, bytes, problem) => {
    for (const pieces of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
      const { connection, output, close } = fed(pieces);
      expect(close).toBe(problem);
      expect(connection.mode).toBe('closed');
      expect(clientSees(output).problem).toBe(`the other side closed the connection: ${problem}`);
    }
  });

  test('what came before the damage is still done; what comes after the end is not', () => {
    const bytes = joined(hello(), asked([{ kind: 'status', id: 1 }]), Uint8Array.of(0), asked([{ kind: 'status', id: 2 }]));
    const { connection, requests, close } = fed([bytes]);
    expect(requests).toEqual([{ kind: 'status', id: 1 }]);
    expect(close).toBe('a frame begins with byte 0, not 251');
    expect(onClientBytes(connection, hello())).toEqual({ connection, requests: [], output: new Uint8Array(0), close: null });
    expect(onClientResponse(connection, { kind: 'leader', id: 1, leaderHint: SELF }).output).toEqual(new Uint8Array(0));
  });

  test('a request that can not be read ends the connection there, though good frames stand behind it in the same piece', () => {
    const bytes = joined(hello(), encodeFrame('request', Uint8Array.of(8)), asked([{ kind: 'status', id: 2 }]));
    const { requests, close } = fed([bytes]);
    expect(requests).toEqual([]);
    expect(close).toBe('request: the message ends inside a varint');
  });

  test('takes leave quietly of who takes leave, whatever stands in the reason', () => {
    const { output, close } = fed([hello(), goodbyeFrame('done\n\u001b[31m\u2028')]);
    expect(close).toBe('the other side closed the connection: done  [31m ');
    expect(clientSees(output).problem).toBe(null);
  });

  test('gives the same for any bytes wherever they are cut, and never throws', () => {
    const first = fc.constantFrom(Uint8Array.of(), Uint8Array.of(0xfb), hello());
    fc.assert(
      fc.property(first, fc.uint8Array({ maxLength: 60 }), places, (start, rest, at) => {
        const bytes = joined(start, rest);
        const whole = fed([bytes]);
        // Text that is full waits for answers, which no one gives here: then a piece may stay unread.
        const inPieces = fed(cut(bytes, at));
        expect(inPieces.requests).toEqual(whole.requests);
        expect(inPieces.output).toEqual(whole.output);
        expect(inPieces.close).toBe(whole.close);
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test.each<[string, Uint8Array]>([
    ['text', bytesOf('GET a\nGE' as ByteString)],
    ['frames', joined(hello(), asked([{ kind: 'status', id: 1 }]), Uint8Array.of(0xfb))],
    ['nothing yet', Uint8Array.of()],
  ])('ends %s for a reason of its host, tells it, and holds nothing any more', (mode, bytes) => {
    const { connection } = fed([bytes]);
    expect(heldBytes(connection) > 0).toBe(mode !== 'nothing yet');
    const { connection: after, output, close } = closeClientConnection(connection, 'too many');
    expect([after.mode, heldBytes(after), close]).toEqual(['closed', 0, 'too many']);
    if (mode === 'frames') expect(clientSees(joined(fed([bytes]).output, output)).problem).toMatch('too many');
    else expect(byteStringOf(output)).toBe('ERROR too many\n');
    expect(closeClientConnection(after, 'again').output).toHaveLength(0);
  });
});
