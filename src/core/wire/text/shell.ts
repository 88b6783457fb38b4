import { fail, ok, type Result } from '../../base/result.js';

/**
 * How any shell understands what a person types: a verb, and what stands behind it. What a shell's verbs are and
 * mean is its language (shell-languages.ts).
 */
export interface ShellLanguage<Action> {
  /** What stands before the cursor. */
  readonly prompt: string;
  /** By name, in capitals and in the order in which they are listed. EXIT and HELP are in every language. */
  readonly verbs: Readonly<Record<string, ShellVerb<Action>>>;
}

export interface ShellVerb<Action> {
  /** The whole form, such as `PUT <key> <value>`. */
  readonly usage: string;
  /** @param rest What stands behind the verb, without white space at its ends. @returns null when it is not of that form. */
  readonly read: (rest: string) => Action | null;
}

/** What every shell understands by itself. */
export type ShellOwn = { readonly kind: 'help' } | { readonly kind: 'exit' };

const EXIT = 'EXIT';
const HELP = 'HELP';

/** The commands that a shell understands. HELP prints it again. */
export function commandList<Action>({ verbs }: ShellLanguage<Action>): readonly string[] {
  return ['Commands:', ...Object.values(verbs).map(({ usage }) => `- ${usage}`), `- ${EXIT}`];
}

/**
 * Understands a line. White space around it and between words has no meaning, but inside a value it stays;
 * verbs may be written in small letters.
 *
 * @returns The action, null for an empty line, or one line that says what was expected.
 */
export function parseShellLine<Action>(language: ShellLanguage<Action>, line: string): Result<Action | ShellOwn | null, string> {
  const [word, rest] = firstWord(line.trim());
  if (word === '') return ok(null);
  const name = capitals(word);
  if (name === HELP && rest === '') return ok({ kind: 'help' });
  if (name === EXIT) return rest === '' ? ok({ kind: 'exit' }) : fail(`Usage: ${EXIT}`);
  const verb = Object.hasOwn(language.verbs, name) ? language.verbs[name] : undefined;
  if (verb === undefined) return fail(`Unknown command: ${word} (known are ${namesIn(language).join(', ')})`);
  const action = verb.read(rest);
  return action === null ? fail(`Usage: ${verb.usage}`) : ok(action);
}

/**
 * How the line could go on: the commands that begin with what stands there, or behind a command that takes a key the
 * keys that do.
 *
 * @param keys Those that were typed before.
 */
export function completions<Action>(language: ShellLanguage<Action>, line: string, keys: readonly string[] = []): readonly string[] {
  const typed = line.trimStart();
  const [word, begun] = firstWord(typed);
  const name = capitals(word);
  const isVerbWhole = /\s/.test(typed);
  if (!isVerbWhole)
    return namesIn(language)
      .filter((verb) => verb.startsWith(name))
      .map((verb) => (takesWords(language, verb) ? `${verb} ` : verb));
  const takesKey = Object.hasOwn(language.verbs, name) && language.verbs[name]?.usage.includes(' <key>') === true;
  if (!takesKey || /\s/.test(begun)) return [];
  return keys.filter((key) => key.startsWith(begun)).map((key) => `${word} ${key}`);
}

/** The first word, and what stands behind the white space after it; empty where nothing stands. */
export function firstWord(text: string): readonly [string, string] {
  const end = text.search(/\s/);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

function namesIn<Action>({ verbs }: ShellLanguage<Action>): readonly string[] {
  return [...Object.keys(verbs), EXIT];
}

function takesWords<Action>({ verbs }: ShellLanguage<Action>, name: string): boolean {
  return Object.hasOwn(verbs, name) && verbs[name]?.usage !== name;
}

function capitals(word: string): string {
  return word.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x20));
}
