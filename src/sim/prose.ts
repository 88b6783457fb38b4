import type { SendFate } from './observer.js';

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
/** What the sentences begin with that tell what the world did. */
export const HARM_MARK = '* ';
const LETTERS = 26;
const FIRST_LETTER = 65;

/**
 * Sentences as lines, each behind its moment in milliseconds. What happens several times in a row is told once; a message to
 * several servers, and all that the world did at one moment, stand in one line. Values are called A, B, C in the order in which they are first told.
 *
 * @param endUs A message that has not arrived by then is still under way.
 * @param values Every value that a client wrote.
 */
export function proseOf(sentences: readonly Sentence[], endUs: number, values: ReadonlySet<string>, last: string): { readonly lines: readonly string[]; readonly last: string } {
  const letters = new Map<string, string>();
  const lines: string[] = [];
  let times = 1;
  for (let i = 0; i < sentences.length; i++) {
    const sentence = sentences[i] as Sentence;
    const following = sentences[i + 1];
    if (sentence.sent === null && following?.text === sentence.text) {
      times++;
      continue;
    }
    if (isHarm(sentence) && lines.length > 0 && sentences[i - 1]?.atUs === sentence.atUs && isHarm(sentences[i - 1])) {
      lines.push(`${lines.pop() ?? ''}, ${sentence.text.slice(HARM_MARK.length)}`);
      continue;
    }
    let text = spelled(sentence.sent?.words ?? sentence.text, values, letters);
    if (sentence.sent !== null) {
      const group = sameMessage(sentences, i);
      text = `${wayOf(sentence.sent.from, group, endUs)}: ${text}`;
      i += group.length - 1;
    }
    lines.push(`${momentOf(sentence.atUs).padStart(MOMENT_CHARACTERS)}  ${text}${times === 1 ? '' : ` (${times} times)`}`);
    times = 1;
  }
  return { lines, last: spelled(last, values, letters) };
}

function isHarm(sentence: Sentence | undefined): boolean {
  return sentence?.text.startsWith(HARM_MARK) === true;
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
