import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringFromText, byteStringOf, bytesOf, EMPTY, type ByteString } from '../../../../src/core/base/bytestring.js';
import type { NodeRequest, NodeResponse } from '../../../../src/core/wire/protocol.js';
import {
  hasText,
  isTextFull,
  isTextOver,
  onTextBytes,
  onTextResponse,
  openText,
  takeText,
  unansweredLines,
  type TextConnection,
  type TextStep,
} from '../../../../src/core/wire/text/text-connection.js';
import { cut } from '../arbitraries.js';

const OPTIONS = { lineBytesMax: 20, unansweredMax: 4 };
const noAddress = (): null => null;

/** An answer that names the request, so that a test sees whose answer stands where. */
function answerTo(request: NodeRequest): NodeResponse {
  const value = request.kind === 'query' ? (`of ${request.key}` as ByteString) : EMPTY;
  return { kind: 'done', id: request.id, result: { status: 'ok', version: 1, value } };
}

/** A client and a node at work: pieces go in while the connection is not full; open requests are answered in the order of `picks`. */
class Talk {
  connection: TextConnection;
  readonly requests: NodeRequest[] = [];
  readonly open: NodeRequest[] = [];
  output = '';
  unansweredMax = 0;

  constructor(options = OPTIONS) {
    this.connection = openText(options);
  }

  say(text: string | Uint8Array): this {
    const bytes = typeof text === 'string' ? bytesOf(text as ByteString) : text;
    this.#take(onTextBytes(this.connection, bytes));
    bytes.fill(0xee); // the host uses its buffer again
    return this;
  }

  answer(request: NodeRequest): this {
    this.open.splice(this.open.indexOf(request), 1);
    this.#take(onTextResponse(this.connection, answerTo(request)));
    return this;
  }

  #take(step: TextStep): void {
    this.connection = step.connection;
    this.requests.push(...step.requests);
    this.open.push(...step.requests);
    this.output += byteStringOf(step.output);
    this.unansweredMax = Math.max(this.unansweredMax, unansweredLines(this.connection));
    // One at a time, as for a client that takes little.
    if (hasText(this.connection)) this.#take(takeText(this.connection, 1, noAddress));
  }
}

function talked(pieces: readonly Uint8Array[], picks: readonly number[], options = OPTIONS): Talk {
  const talk = new Talk(options);
  let turn = 0;
  const answerOne = (): void => {
    const pick = picks.length === 0 ? 0 : (picks[turn++ % picks.length] as number);
    talk.answer(talk.open[pick % talk.open.length] as NodeRequest);
  };
  for (const piece of pieces) {
    while (isTextFull(talk.connection)) answerOne();
    talk.say(piece);
  }
  while (talk.open.length > 0) answerOne();
  return talk;
}

describe('a connection of text', () => {
  test('answers in the order of the lines, whatever order the node finishes them in', () => {
    const talk = new Talk().say('GET a\nGET b\nGET c\n');
    const [a, b, c] = talk.requests as [NodeRequest, NodeRequest, NodeRequest];
    expect(talk.answer(c).output).toBe('');
    expect(talk.answer(a).output).toBe('VALUE of a\n');
    expect(talk.answer(b).output).toBe('VALUE of a\nVALUE of b\nVALUE of c\n');
  });

  test('hands a read to the node after the writes before it, and a write after the reads, neighbours of one kind together', () => {
    const talk = new Talk({ ...OPTIONS, unansweredMax: 9 }).say('SET a 1\nSET a 2\nGET a\nSTATUS\nSET a 3\n');
    const handed = (): readonly number[] => talk.open.map(({ id }) => id);
    expect(handed()).toEqual([1, 2]);
    talk.answer(talk.open[1] as NodeRequest);
    expect(handed()).toEqual([1]);
    talk.say('GET a\n').answer(talk.open[0] as NodeRequest);
    expect(handed()).toEqual([3, 4]);
    talk.answer(talk.open[0] as NodeRequest).answer(talk.open[0] as NodeRequest);
    expect(handed()).toEqual([5]);
    talk.answer(talk.open[0] as NodeRequest);
    expect(handed()).toEqual([6]);
  });

  test('drops an answer to a request that it has not handed over yet', () => {
    const talk = new Talk().say('SET a 1\nGET a\n');
    expect(onTextResponse(talk.connection, { kind: 'leader', id: 2, leaderHint: 1 as never }).connection).toBe(talk.connection);
  });

  test('a mistake waits for the answers before it, and the connection stays usable', () => {
    const talk = new Talk().say('GET a\nnonsense\n');
    expect(talk.output).toBe('');
    talk.answer(talk.open[0] as NodeRequest).say('GET b\r\n');
    expect(talk.output).toBe('VALUE of a\nERROR unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS\n');
    expect(talk.answer(talk.open[0] as NodeRequest).output).toMatch(/VALUE of b\n$/);
  });

  test('a line may be as long as the bound, with either end, and not a byte longer', () => {
    const longest = `SET k ${'v'.repeat(14)}`;
    expect(longest).toHaveLength(OPTIONS.lineBytesMax);
    for (const end of ['\n', '\r\n']) {
      expect(new Talk().say(longest + end).requests).toHaveLength(1);
      expect(new Talk().say(longest).say(end.slice(0, 1)).say(end.slice(1)).requests).toHaveLength(1);
      expect(new Talk().say(`${longest}v${end}`).output).toBe('ERROR line too long: more than 20 bytes\n');
    }
  });

  test.each(['POST / HTTP/1.1', 'GET / HTTP/1.0\r', 'PUT /k HTTP/1.1', 'X-OWN / HTTP/1.1', 'Host: a', 'hOST:a'])(
    '%j is HTTP: nothing behind it is done',
    (line) => {
      const talk = new Talk({ ...OPTIONS, lineBytesMax: 99 }).say(`GET a\n${line}\nSET k v\nSE`);
      expect(talk.requests).toEqual([{ kind: 'query', id: 1, key: 'a' }]);
      expect([talk.output, isTextOver(talk.connection)]).toEqual(['', false]);
      talk.say('T k v\nGET b\n').answer(talk.open[0] as NodeRequest);
      expect(talk.output).toBe('VALUE of a\nERROR this port takes lines of text, not HTTP; the connection is closed\n');
      expect([talk.requests.length, isTextOver(talk.connection)]).toEqual([1, true]);
    },
  );

  test('a command stays a command, however much it looks like HTTP', () => {
    const talk = new Talk({ ...OPTIONS, lineBytesMax: 99 }).say(
      'SET k HTTP/1.1\nPUT Host: 1 HTTP/1.1\nSET / GET / HTTP/1.1\nSET Host: x\n',
    );
    expect(talk.requests).toHaveLength(4);
    expect(isTextOver(talk.connection)).toBe(false);
  });

  test('an over-long line is answered at once, thrown away as it comes, and the next line is read', () => {
    const talk = new Talk();
    for (let i = 0; i < 1_000; i++) {
      talk.say('x'.repeat(1_000));
      expect(talk.connection.line.sizeBytes).toBe(0);
    }
    expect(talk.output).toBe('ERROR line too long: more than 20 bytes\n');
    talk.say('tail\nGET a\n');
    expect(talk.requests).toEqual([{ kind: 'query', id: 2, key: 'a' }]);
    expect(talk.answer(talk.open[0] as NodeRequest).output).toBe('ERROR line too long: more than 20 bytes\nVALUE of a\n');
  });

  test('stops at its bound of unanswered lines, and goes on by itself when an answer leaves', () => {
    const talk = new Talk().say('GET a\nGET b\nGET c\nGET d\nGET e\nGET f\nGE');
    expect(talk.requests).toHaveLength(4);
    expect(isTextFull(talk.connection)).toBe(true);
    talk.answer(talk.requests[1] as NodeRequest);
    expect(talk.requests).toHaveLength(4);
    talk.answer(talk.requests[0] as NodeRequest);
    expect(talk.requests).toHaveLength(6);
    talk.say('T g\n');
    while (talk.open.length > 0) talk.answer(talk.open[0] as NodeRequest);
    expect(talk.output).toBe([...'abcdefg'].map((key) => `VALUE of ${key}\n`).join(''));
  });

  test('more mistakes than slots in one piece are all answered', () => {
    expect(new Talk().say('?\n'.repeat(50)).output).toBe(
      'ERROR unknown command; known are GET SET PUT DELETE WHO_IS_LEADER STATUS\n'.repeat(50),
    );
  });

  test('drops answers to what was not asked, or was answered', () => {
    const talk = new Talk().say('GET a\nGET b\n');
    const [a, b] = talk.requests as [NodeRequest, NodeRequest];
    talk.answer(b);
    for (const id of [b.id, 0, -1, 99, 0.5]) {
      expect(onTextResponse(talk.connection, { kind: 'leader', id, leaderHint: 1 as never })).toEqual({
        connection: talk.connection,
        requests: [],
        output: new Uint8Array(0),
      });
    }
    expect(talk.answer(a).output).toBe('VALUE of a\nVALUE of b\n');
  });

  test('leaves the connection it was given as it was', () => {
    const before = new Talk().say('GET a\nGE').connection;
    const copy = structuredClone(before);
    onTextBytes(before, bytesOf('T b\nGET c\n' as ByteString));
    const answered = onTextResponse(before, { kind: 'unavailable', id: 1, reason: '' }).connection;
    const answeredCopy = structuredClone(answered);
    takeText(answered, 99, noAddress);
    expect(answered).toEqual(answeredCopy);
    expect(before).toEqual(copy);
  });
});

describe('cut anywhere', () => {
  const word = fc.constantFrom(
    'GET a',
    'get bc',
    'SET k v',
    'SET k  v \r',
    'PUT k 1 x',
    'DELETE k',
    'WHO_IS_LEADER',
    'STATUS',
    '',
    '\r',
    '?',
    'SET k',
    'x'.repeat(20),
    'y'.repeat(21),
    'z'.repeat(70),
    'w'.repeat(20) + '\r',
    'w'.repeat(20) + '\r\r',
  );
  const lines = fc
    .array(fc.tuple(word, fc.constantFrom('\n', '\r\n')), { maxLength: 14 })
    .map((all) => all.map((pair) => pair.join('')).join(''));
  const foreign = fc.tuple(lines, lines).map(([before, behind]) => bytesOf(`${before}A / HTTP/1.1\n${behind}` as ByteString));
  const stream = fc.oneof(
    lines.map((text) => bytesOf(byteStringFromText(text))),
    fc.uint8Array({ maxLength: 120 }),
    fc.array(fc.constantFrom(10, 13, 32, 65), { maxLength: 120 }).map((all) => Uint8Array.from(all)),
  );
  const places = fc.array(fc.nat(), { maxLength: 20 });
  const picks = fc.array(fc.nat({ max: 5 }), { maxLength: 8 });

  test('a stream gives the same requests and the same answers, in whatever order the node answers', () => {
    fc.assert(
      fc.property(stream, places, picks, (bytes, at, order) => {
        const whole = talked([bytes.slice()], []);
        const inPieces = talked(cut(bytes, at), order);
        expect(inPieces.requests).toEqual(whole.requests);
        expect(inPieces.output).toBe(whole.output);
        expect(unansweredLines(inPieces.connection)).toBe(0);
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test('what stands before HTTP is answered, and HTTP, and nothing else is done', () => {
    fc.assert(
      fc.property(foreign, places, picks, (bytes, at, order) => {
        const talk = talked(cut(bytes, at), order);
        const before = talked([bytesOf(byteStringOf(bytes).split('A / HTTP')[0] as ByteString)], []);
        expect(talk.requests).toEqual(before.requests);
        expect(talk.output).toBe(`${before.output}ERROR this port takes lines of text, not HTTP; the connection is closed\n`);
        expect(isTextOver(talk.connection)).toBe(true);
      }),
      { seed: 3, numRuns: 1_000 },
    );
  });

  test('every line has one answer, and nothing is held beyond the bounds', () => {
    fc.assert(
      fc.property(stream, places, picks, (bytes, at, order) => {
        const talk = talked(cut(bytes, at), order);
        const unfinished = bytes.length - 1 - bytes.lastIndexOf(10);
        const lineFeeds = bytes.filter((byte) => byte === 10).length;
        const answers = talk.output.split('\n').length - 1;
        expect(answers).toBe(lineFeeds + (talk.connection.isSkipping ? 1 : 0));
        expect(talk.connection.line.sizeBytes).toBe(talk.connection.isSkipping ? 0 : unfinished);
        expect(talk.connection.line.sizeBytes).toBeLessThanOrEqual(OPTIONS.lineBytesMax + 1);
        expect(talk.unansweredMax).toBeLessThanOrEqual(OPTIONS.unansweredMax);
      }),
      { seed: 2, numRuns: 5_000 },
    );
  });
});
