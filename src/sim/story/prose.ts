import type { SendFate } from '../world/observer.js';

/** One thing that happened, in words. */
export interface Sentence {
  readonly atUs: number;
  /** Empty for a message, which is put into words when its fate is known. */
  readonly text: string;
  /** The key that it is about; null when it concerns all. */
  readonly key: string | null;
  /** The client's call that it is part of ({@link callName}); null when it is of none. */
  readonly call: string | null;
  readonly sent: SentMessage | null;
  /** Of what was done to the world; null for everything else. */
  readonly world: DoneToWorld | null;
}

export interface DoneToWorld {
  /** Whom it was done to, by their names; nobody where it was done to all. */
  readonly names: readonly string[];
  /** Its cause, as it stands behind the text; empty for none. What was done at one moment for one cause names it once. */
  readonly cause: string;
}

/** A story, and the sentence that it ends with. */
export interface Prose {
  readonly lines: readonly string[];
  readonly last: string;
}

export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly words: string;
  readonly fate: SendFate;
  /** World time; null as long as it has not arrived. */
  arrivedUs: number | null;
}

const US_PER_MS = 1_000;
const MOMENT_CHARACTERS = 9;
/** Stands before what was done to the world. */
const WORLD_MARK = '* ';
const LETTERS = 26;
const FIRST_LETTER = 65;

/**
 * Sentences as lines, each behind its moment in milliseconds. What happens several times in a row is told once; a message to
 * several servers, and all that the world did at one moment, stand in one line. Values are called A, B, C in the order in which they are first told.
 *
 * @param endUs A message that has not arrived by then is still under way.
 * @param values Every value that a client wrote.
 */
export function proseOf(sentences: readonly Sentence[], endUs: number, values: ReadonlySet<string>, last: string): Prose {
  const letters = new Map<string, string>();
  const lines: string[] = [];
  let times = 1;
  for (let i = 0; i < sentences.length; i++) {
    const sentence = sentences[i] as Sentence;
    const following = sentences[i + 1];
    if (sentence.sent === null && following?.text === sentence.text && following.world?.cause === sentence.world?.cause) {
      times++;
      continue;
    }
    const repeated = times === 1 ? '' : ` (${times} times)`;
    times = 1;
    if (sentence.world !== null) {
      const { cause } = sentence.world;
      const isCauseNext = areTogether(sentence, following) && following?.world?.cause === cause;
      const done = `${sentence.text}${repeated}${isCauseNext ? '' : cause}`;
      if (lines.length > 0 && areTogether(sentences[i - 1], sentence)) lines.push(`${lines.pop() ?? ''}, ${done}`);
      else lines.push(`${momentOf(sentence.atUs).padStart(MOMENT_CHARACTERS)}  ${WORLD_MARK}${done}`);
      continue;
    }
    let text = spelled(sentence.sent?.words ?? sentence.text, values, letters);
    if (sentence.sent !== null) {
      const group = sameMessage(sentences, i);
      text = `${wayOf(sentence.sent.from, group, endUs)}: ${text}`;
      i += group.length - 1;
    }
    lines.push(`${momentOf(sentence.atUs).padStart(MOMENT_CHARACTERS)}  ${text}${repeated}`);
  }
  return { lines, last: spelled(last, values, letters) };
}

/** The end of a story that is longer than `linesMax`, behind a line that says how much went before. */
export function endOf(lines: readonly string[], linesMax: number): readonly string[] {
  if (lines.length <= linesMax) return lines;
  const left = lines.length - linesMax + 1;
  return [`${' '.repeat(MOMENT_CHARACTERS)}  … ${left} lines before`, ...lines.slice(left)];
}

/** Whether both were done to the world at one moment. */
function areTogether(one: Sentence | undefined, other: Sentence | undefined): boolean {
  return (one?.world ?? null) !== null && (other?.world ?? null) !== null && one?.atUs === other?.atUs;
}

/** The messages from place `first` on that one server sent at one moment with the same words. */
function sameMessage(sentences: readonly Sentence[], first: number): readonly SentMessage[] {
  const group: SentMessage[] = [];
  const { atUs, sent } = sentences[first] as Sentence;
  for (let i = first; i < sentences.length; i++) {
    const next = sentences[i] as Sentence;
    if (next.atUs !== atUs || next.sent?.from !== sent?.from || next.sent?.words !== sent?.words || next.sent === null) break;
    group.push(next.sent);
  }
  return group;
}

function wayOf(from: string, group: readonly SentMessage[], endUs: number): string {
  return `${from} to ${group.map((sent) => `${sent.to} (${fateOf(sent, endUs)})`).join(', ')}`;
}

function fateOf({ fate, arrivedUs }: SentMessage, endUs: number): string {
  const arrival = arrivedUs === null || arrivedUs > endUs ? 'not there yet' : `there at ${momentOf(arrivedUs)}`;
  if (fate === 'delivered') return arrival;
  return arrivedUs === null ? fate : `${fate}, ${arrival}`;
}

function momentOf(atUs: number): string {
  return (atUs / US_PER_MS).toFixed(1);
}

/** The values that a text names, whole. */
export function valuesIn(text: string, values: ReadonlySet<string>): readonly string[] {
  return text.split(VALUE).filter((word) => values.has(word));
}

/** The values of the simulator's workload. Splitting by it keeps them. */
const VALUE = /(\b\d+\.\d+-*)/;

function spelled(text: string, values: ReadonlySet<string>, letters: Map<string, string>): string {
  return text
    .split(VALUE)
    .map((word) => {
      if (!values.has(word)) return word;
      const letter = letters.get(word) ?? letterOf(letters.size);
      letters.set(word, letter);
      return letter;
    })
    .join('');
}

/** A, B .. Z, A2, B2 and so on. */
function letterOf(place: number): string {
  const letter = String.fromCharCode(FIRST_LETTER + (place % LETTERS));
  return place < LETTERS ? letter : `${letter}${Math.floor(place / LETTERS) + 1}`;
}
