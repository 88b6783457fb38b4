import { createInterface, type Interface } from 'node:readline';
import { commandList, completions, parseShellLine, type ShellLanguage } from '../../core/wire/text/shell.js';
import { letGoOf } from '../terminal/streams.js';
import { historyPath, ShellHistory } from './history.js';

/** A shell: what it understands, and what it does about it. */
export interface Shell<Action> {
  readonly language: ShellLanguage<Action>;
  readonly greeting: readonly string[];
  /**
   * Carries out what a line said.
   *
   * @param signal Aborted by a Ctrl-C on a terminal: the work is to be taken back, if it can be.
   * @returns What to tell. What goes wrong with one command is a line, too; what is thrown ends the shell.
   */
  act(action: Action, signal: AbortSignal): Promise<readonly string[]>;
}

/** Where a shell's lines come from, and where it answers. */
export interface ShellStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  readonly history: ShellHistory;
}

const HOW_TO_LEAVE = '(to leave, press Ctrl-C again or Ctrl-D, or type EXIT)';

/**
 * Runs a shell until EXIT, the end of its input, or two Ctrl-C at an empty prompt: one command after the other.
 *
 * On a terminal: Ctrl-C takes back the command under way, or clears the line; history with the arrow keys, over sessions, and completion with Tab. When lines come from a pipe they are
 * shown behind the prompt, as a terminal would show them, so what is written is the whole conversation, and no escape codes.
 */
export async function runShell<Action>(
  { language, greeting, act }: Shell<Action>,
  streams: ShellStreams = processStreams(),
): Promise<void> {
  const { input, output, isTerminal, history } = streams;
  const keys = new Set<string>();
  const reader = createInterface({
    input,
    terminal: isTerminal,
    prompt: language.prompt,
    ...(isTerminal ? { output, history: history.load(), removeHistoryDuplicates: true } : {}),
    completer: (line: string) => [completions(language, line, [...keys]), line],
  });
  let underWay: AbortController | null = null;
  let isAboutToLeave = false;
  reader.on('SIGINT', () => {
    if (underWay !== null && !underWay.signal.aborted) underWay.abort();
    else if (underWay !== null || isAboutToLeave) reader.close();
    else if (reader.line !== '') clear(reader);
    else {
      isAboutToLeave = true;
      output.write(`\n${HOW_TO_LEAVE}\n`);
      reader.prompt();
    }
  });
  // Made before anything is awaited: lines that are there already would be lost.
  const lines = reader[Symbol.asyncIterator]();
  const say = (told: readonly string[]): unknown => (told.length === 0 ? null : output.write(`${told.join('\n')}\n`));
  const prompt = (): unknown => (isTerminal ? reader.prompt() : output.write(language.prompt));

  /** @returns What to tell, null for the end. */
  const carryOut = async (line: string): Promise<readonly string[] | null> => {
    const parsed = parseShellLine(language, line);
    if (!parsed.ok) return [parsed.problem];
    const action = parsed.value;
    if (action === null) return [];
    if (isOwn(action)) return action.kind === 'exit' ? null : commandList(language);
    if (hasKey(action)) keys.add(action.key);
    underWay = new AbortController();
    const told = await act(action, underWay.signal);
    underWay = null;
    return told;
  };

  try {
    say(greeting);
    prompt();
    let next = await lines.next();
    for (; next.done !== true; next = await lines.next()) {
      isAboutToLeave = false;
      if (isTerminal) history.add(next.value);
      else say([next.value]);
      const told = await carryOut(next.value);
      if (told === null) break;
      say(told);
      prompt();
    }
    if (next.done === true) say(['']);
  } finally {
    reader.close();
    letGoOf(input);
  }
}

/** Takes what is typed off the line, wherever the cursor is. */
function clear(reader: Interface): void {
  reader.write(null, { ctrl: true, name: 'e' });
  reader.write(null, { ctrl: true, name: 'u' });
}

function processStreams(): ShellStreams {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  return { input: process.stdin, output: process.stdout, isTerminal, history: new ShellHistory(historyPath(process.env)) };
}

function isOwn(action: unknown): action is { readonly kind: 'help' | 'exit' } {
  const { kind } = action as { readonly kind?: unknown };
  return kind === 'help' || kind === 'exit';
}

function hasKey(action: unknown): action is { readonly key: string } {
  return typeof (action as { readonly key?: unknown }).key === 'string';
}
