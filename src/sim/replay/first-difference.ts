import { Account, type Chapter } from './life-record.js';
import { brief, chapterLines, type Names } from './life-text.js';
import { Likeness, type Parting } from './deep-difference.js';

/** The first event in which two lives of one seed differ. Plain data: it travels between threads and prints as JSON. */
export interface FirstDifference {
  /** Counted from 1; 0 is the time before the first event, when options are drawn and processes boot. */
  readonly event: number;
  /** Which part of it differs, and what stood there in the first life and in the second. */
  readonly where: string;
  /** The event as the first life had it and as the second had it, line by line. */
  readonly lives: readonly [first: readonly string[], second: readonly string[]];
  /** The events just before it, which both lives share. */
  readonly before: readonly string[];
}

/** What is left of a life besides its account. */
export interface Lived {
  /** 16 hex digits. */
  readonly digest: string;
  /** What the seed was made into; null where a world has no such thing. */
  readonly options: unknown;
}

/** Lives the same seed once more, with this account among the watchers. */
export type Live<Life extends Lived> = (account: Account) => Life;

export interface CompareOptions {
  readonly name: Names;
  /** Events of each life of which everything is kept, by reference; a kilobyte or two each. */
  readonly windowEvents: number;
  /** Pairs of lives at most: a leak of pure chance may fail to show, or show elsewhere than before. */
  readonly pairsMax: number;
}

/** Nearly every run has fewer events than this window. */
export const COMPARE_USUALLY: Omit<CompareOptions, 'name'> = { windowEvents: 40_000, pairsMax: 5 };

/** Two lives of one seed. */
export interface LivedTwice<Life extends Lived> {
  readonly once: Life;
  readonly again: Life;
  /** null when the digests are equal. */
  readonly firstDifference: FirstDifference | null;
}

/** Shared events that are shown in front of the one that differs. */
const EVENTS_BEFORE = 3;

/**
 * Lives a seed twice and, when the digests differ, says where the lives part.
 *
 * The digests of all events find the place roughly: a digest knows of each state and message only a few
 * numbers, so it may part some events after the lives did. Therefore whole events are compared up to there,
 * from the beginning of the window that both lives kept. Only when the place lies outside of it, further
 * pairs are lived that keep a window around it; a leak that shows only in a first life, such as
 * a cache that was still cold, would be lost by that.
 */
export function liveTwice<Life extends Lived>(live: Live<Life>, options: CompareOptions): LivedTwice<Life> {
  const { once, again, accounts } = pairOf(live, { first: 0, countMax: options.windowEvents });
  if (once.digest === again.digest) return { once, again, firstDifference: null };
  const drawn = new Likeness().parting(once.options, again.options);
  if (drawn !== null) return { once, again, firstDifference: roughly(0, `the options${told(drawn)}`) };

  const unequal = accounts[0].firstUnequal(accounts[1]) as number;
  const found = closely(accounts, unequal, options.name) ?? search(live, unequal, options);
  return { once, again, firstDifference: found ?? roughly(unequal, 'the digest') };
}

/** Lives further pairs, each with a window around the event at which the digests of the pair before parted. */
function search(live: Live<Lived>, around: number, options: CompareOptions): FirstDifference | null {
  let first = around;
  for (let pair = 1; pair < options.pairsMax; pair++) {
    const { accounts } = pairOf(live, { first: Math.max(0, first - Math.floor(options.windowEvents / 2)), countMax: options.windowEvents });
    const unequal = accounts[0].firstUnequal(accounts[1]);
    const found = closely(accounts, unequal, options.name);
    if (found !== null) return found;
    first = unequal ?? first;
  }
  return null;
}

type Pair = readonly [one: Account, other: Account];

function pairOf<Life extends Lived>(
  live: Live<Life>,
  window: { readonly first: number; readonly countMax: number },
): { readonly once: Life; readonly again: Life; readonly accounts: Pair } {
  const accounts: Pair = [new Account(window), new Account(window)];
  const once = live(accounts[0]);
  const again = live(accounts[1]);
  accounts[0].end(once.digest);
  accounts[1].end(again.digest);
  return { once, again, accounts };
}

/** A difference of which only the place is known. */
export function roughly(event: number, where: string): FirstDifference {
  return { event, where, lives: [[], []], before: [] };
}

/** The first event within the window that differs in anything that is kept, up to the first unequal digest. */
export function closely([one, other]: Pair, unequal: number | null, name: Names): FirstDifference | null {
  const likeness = new Likeness();
  const last = Math.min(unequal ?? Infinity, Math.max(one.last, other.last));
  for (let event = one.first; event <= last; event++) {
    const chapters = [one.chapter(event), other.chapter(event)] as const;
    const parting = likeness.parting(...chapters);
    if (parting !== null) return difference(event, placeOf(parting, chapters[0], name), one, other, name);
  }
  if (unequal === null || unequal < one.first || unequal > last) return null;
  return difference(unequal, 'something that only the digest shows, such as the inside of an object of a class', one, other, name);
}

function difference(event: number, where: string, one: Account, other: Account, name: Names): FirstDifference {
  const before: string[] = [];
  for (let earlier = Math.max(one.first, event - EVENTS_BEFORE); earlier < event; earlier++) {
    before.push(...chapterLines(earlier, one.chapter(earlier), name));
  }
  return { event, where, lives: [chapterLines(event, one.chapter(event), name), chapterLines(event, other.chapter(event), name)], before };
}

/** ".facts[0].after.votedFor" in words: whose state. */
function placeOf(parting: Parting, chapter: Chapter | null, name: Names): string {
  const parts = /^\.facts\[(\d+)\]\.(after|effects|input)?(.*)$/.exec(parting.path);
  const fact = chapter?.facts[Number(parts?.[1] ?? -1)];
  if (parts === null || fact === undefined || fact.what === 'event') return `the event${told(parting)}`;
  const [, , part, rest] = parts;
  const what = part === 'after' ? 'state' : part === undefined ? `${fact.what} ` : part;
  return `${what} of ${name(fact.node)}${told({ ...parting, path: ` ${rest}`.replace(' .', ' ').trimEnd() })}`;
}

/** What parts two values, in words. */
export function told({ path, values }: Parting): string {
  const [first, second] = values.map((value) => brief(value));
  return `${path === '' ? '' : path.startsWith(' ') ? `,${path}` : path}: ${first}, and then ${second}`;
}
