import { fail, ok, type Result } from '../base/result.js';

/**
 * The language of the two shells of document 004: what a person types, and what is said back. Lines that say
 * what was done are the document's, to the letter.
 */
export type ShellRole = 'primary' | 'replica';

export type ShellAction =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'join'; readonly address: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'exit' };

const USAGE = {
  PUT: 'PUT <key> <value>',
  GET: 'GET <key>',
  JOIN: 'JOIN <host:port>',
  EXIT: 'EXIT',
} as const;
type Verb = keyof typeof USAGE;

const VERBS: Readonly<Record<ShellRole, readonly Verb[]>> = { primary: ['PUT', 'GET', 'EXIT'], replica: ['GET', 'JOIN', 'EXIT'] };

/** What stands before the cursor. */
export function promptOf(role: ShellRole): string {
  return `${role}> `;
}

export function greeting(role: ShellRole, port: number): readonly string[] {
  const what = role === 'primary' ? 'Primary server' : 'Replica';
  return [`${what} ready (port ${port})`, ...commandList(role)];
}

/** The commands that this shell understands. HELP prints it again. */
export function commandList(role: ShellRole): readonly string[] {
  return ['Commands:', ...VERBS[role].map((verb) => `- ${USAGE[verb]}`)];
}

/**
 * Understands a line. White space around it and between words has no meaning, but inside a value it stays;
 * verbs may be written in small letters.
 *
 * @returns The action, null for an empty line, or one line that says what was expected.
 */
export function parseShellLine(role: ShellRole, line: string): Result<ShellAction | null, string> {
  const [word = '', rest = ''] = firstWord(line.trim());
  if (word === '') return ok(null);
  const verb = capitals(word);
  if (verb === 'HELP' && rest === '') return ok({ kind: 'help' });
  const known = VERBS[role].find((each) => each === verb);
  if (known === undefined) return fail(`Unknown command: ${word} (known are ${VERBS[role].join(', ')})`);

  const action = actionOf(known, rest);
  return action === null ? fail(`Usage: ${USAGE[known]}`) : ok(action);
}

function actionOf(verb: Verb, rest: string): ShellAction | null {
  const [first, behind] = firstWord(rest);
  switch (verb) {
    case 'PUT':
      return first === '' || behind === '' ? null : { kind: 'put', key: first, value: behind };
    case 'GET':
      return first === '' || behind !== '' ? null : { kind: 'get', key: first };
    case 'JOIN':
      return first === '' || behind !== '' ? null : { kind: 'join', address: first };
    case 'EXIT':
      return rest === '' ? { kind: 'exit' } : null;
  }
}

function capitals(word: string): string {
  return word.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x20));
}

/** The first word, and what stands behind the white space after it. */
function firstWord(text: string): readonly [string, string] {
  const end = text.search(/\s/);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

export const putText = (key: string, value: string): string => `OK ${key} = ${value}`;

/** @param value null: there is no such key. */
export const getText = (key: string, value: string | null): string => `${key} -> ${value ?? 'Not found'}`;

export const JOINED_TEXT = 'Snapshot received';

/** How the line could go on: the commands that begin with what stands there. */
export function completions(role: ShellRole, line: string): readonly string[] {
  const typed = capitals(line.trimStart());
  if (/\s/.test(typed)) return [];
  return VERBS[role].filter((verb) => verb.startsWith(typed)).map((verb) => (verb === 'EXIT' ? verb : `${verb} `));
}
