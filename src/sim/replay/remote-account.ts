import { deserialize, serialize } from 'node:v8';
import { Account, type AccountWindow, type Chapter } from './life-record.js';
import { chapterLines, type Names } from './life-text.js';
import { closely, roughly, told, type FirstDifference } from './first-difference.js';
import { Likeness } from './deep-difference.js';

/** The account of a run in another process, as it comes from there. */
export interface RemoteAccount {
  readonly digest: string;
  /** What the seed was made into. */
  readonly options: unknown;
  readonly servers: number;
  /** As {@link Account} notes them. */
  readonly halves: Int32Array;
  readonly events: number;
  readonly first: number;
  /** Of the window, each in bytes of its own. */
  readonly chapters: readonly Uint8Array[];
}

/** More than this of one window does not travel. */
const WINDOW_BYTES_MAX = 32 * 1024 * 1024;
/** Events before the first unequal digest that are compared whole: a digest knows of each state only a few numbers. */
const EVENTS_BACK = 100;

/** Puts an account into what can be sent. Call {@link Account.end} before. */
export function packed(
  account: Account,
  { digest, options, servers }: Pick<RemoteAccount, 'digest' | 'options' | 'servers'>,
): RemoteAccount {
  const chapters: Uint8Array[] = [];
  let bytes = 0;
  for (let event = account.first; event <= account.last && bytes < WINDOW_BYTES_MAX; event++) {
    const chapter = inBytes(account.chapter(event) as Chapter, servers);
    bytes += chapter.length;
    chapters.push(chapter);
  }
  return { digest, options: plain(options), servers, halves: account.halves, events: account.events, first: account.first, chapters };
}

/** A state may hold what cannot be copied, such as a function: then its text is all that travels. */
function inBytes(chapter: Chapter, servers: number): Uint8Array {
  try {
    return serialize(chapter);
  } catch {
    const name: Names = (node) => (node <= servers ? `s${node}` : `c${node - servers}`);
    return serialize({ ...chapter, facts: chapterLines(0, chapter, name).map((text) => ({ what: 'fault', text })) });
  }
}

function plain(options: unknown): unknown {
  try {
    return deserialize(serialize(options)) as unknown;
  } catch {
    return JSON.parse(JSON.stringify(options)) as unknown;
  }
}

/** Runs a seed once more in some process, with an account of these events. */
export type Remote = (window: AccountWindow) => Promise<RemoteAccount | null>;

/** Where the runs of a seed in two processes part; null when they have become the same. */
export async function differenceBetween(one: Remote, other: Remote, name: (servers: number) => Names): Promise<FirstDifference | null> {
  const whole = await both(one, other, { first: 0, countMax: 0 });
  if (whole === null) return roughly(0, 'a run that does not end in time');
  const [first, second] = whole;
  const drawn = new Likeness().parting(first.options, second.options);
  if (drawn !== null) return roughly(0, `the options${told(drawn)}`);
  const unequal = Account.of(first).firstUnequal(Account.of(second));
  if (unequal === null) return null;
  const near = await both(one, other, { first: Math.max(0, unequal - EVENTS_BACK), countMax: EVENTS_BACK + 1 });
  if (near === null) return roughly(unequal, 'the digest');
  const accounts = [Account.of(near[0]), Account.of(near[1])] as const;
  return closely(accounts, accounts[0].firstUnequal(accounts[1]), name(first.servers)) ?? roughly(unequal, 'the digest');
}

async function both(one: Remote, other: Remote, window: AccountWindow): Promise<readonly [RemoteAccount, RemoteAccount] | null> {
  const [first, second] = await Promise.all([one(window), other(window)]);
  return first === null || second === null ? null : [first, second];
}
