/** Redis as a load speaks to it: RESP arrays out, simple strings and bulk strings in. */
import { KEYS, keyOf, NOTHING_TO_SAY, STEP, valueOf, type Speech } from '../speech.js';

const LINE_FEED = 0x0a;
const BULK = '$'.charCodeAt(0);
const ERROR = '-'.charCodeAt(0);
const made = new Map<string, readonly Buffer[]>();

/** Answers come in the order of the requests, so slots are answered round and round. */
export function redisSpeech(operation: 'read' | 'write', depth: number, first: number): Speech {
  const requests = requestsOf(operation);
  let key = first % KEYS;
  let slot = 0;
  /** Of an answer whose end has not come: its first line so far, or the bytes of its body that are still to come. */
  let line = '';
  let bodyBytes = 0;
  return {
    greeting: new Uint8Array(0),
    ask: () => {
      key = (key + STEP) % KEYS;
      return requests[key] as Buffer;
    },
    read: (bytes, onAnswer) => {
      const answered = (isGood: boolean): void => {
        onAnswer(slot, isGood);
        slot = (slot + 1) % depth;
      };
      for (let at = 0; at < bytes.length; ) {
        if (bodyBytes > 0) {
          const taken = Math.min(bodyBytes, bytes.length - at);
          at += taken;
          bodyBytes -= taken;
          if (bodyBytes === 0) answered(true);
          continue;
        }
        const feed = bytes.indexOf(LINE_FEED, at);
        line += bytes.toString('latin1', at, feed === -1 ? bytes.length : feed);
        if (feed === -1) break;
        at = feed + 1;
        const initial = line.charCodeAt(0);
        const size = initial === BULK ? Number.parseInt(line.slice(1), 10) : -1;
        line = '';
        // A body has a line end behind it; `$-1` says that there is no such key.
        if (size >= 0) bodyBytes = size + 2;
        else answered(initial !== BULK && initial !== ERROR);
      }
      return NOTHING_TO_SAY;
    },
  };
}

function requestsOf(operation: 'read' | 'write'): readonly Buffer[] {
  const known = made.get(operation);
  if (known !== undefined) return known;
  const requests = Array.from({ length: KEYS }, (_, n) =>
    Buffer.from(operation === 'read' ? arrayOf(['GET', keyOf(n)]) : arrayOf(['SET', keyOf(n), valueOf(n)])),
  );
  made.set(operation, requests);
  return requests;
}

const arrayOf = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
