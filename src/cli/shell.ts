import { createInterface } from 'node:readline';
import { commandList, completions, getText, greeting, JOINED_TEXT, parseShellLine, promptOf, putText, type ShellAction, type ShellRole } from '../core/wire/shell.js';
import { UserError } from '../real/errors.js';
import { ShellNode } from '../real/shell-node.js';
import type { HostAndPort } from '../real/addresses.js';
import { say, sayAll } from './output.js';

/**
 * Runs a shell until EXIT, the end of its input, or Ctrl-C: one command after the other.
 *
 * On a terminal: history with the arrow keys, completion with Tab. When lines come from a pipe they are shown
 * behind the prompt, as a terminal would show them, so what is written is the whole conversation, and no escape codes.
 *
 * @throws {UserError} When the port cannot be used.
 */
export async function runShell(role: ShellRole, address: HostAndPort): Promise<void> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const node = await ShellNode.open(role, address);
  const reader = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout } : {}),
    terminal: isTerminal,
    prompt: promptOf(role),
    completer: (line: string) => [completions(role, line), line],
  });
  // Made before anything is awaited: lines that are there already would be lost.
  const lines = reader[Symbol.asyncIterator]();
  sayAll(greeting(role, address.port));
  try {
    const prompt = (): unknown => (isTerminal ? reader.prompt() : process.stdout.write(promptOf(role)));
    prompt();
    let next = await lines.next();
    for (; next.done !== true; next = await lines.next()) {
      if (!isTerminal) say(next.value);
      if (!(await carryOut(role, node, next.value))) break;
      prompt();
    }
    if (next.done === true) say();
  } finally {
    reader.close();
    process.stdin.unref();
    await node.close();
  }
}

/** @returns Whether the shell goes on. */
async function carryOut(role: ShellRole, node: ShellNode, line: string): Promise<boolean> {
  const parsed = parseShellLine(role, line);
  if (!parsed.ok) {
    say(parsed.problem);
    return true;
  }
  if (parsed.value === null) return true;
  if (parsed.value.kind === 'exit') return false;
  try {
    await act(role, node, parsed.value);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`Error: ${error.message}`);
  }
  return true;
}

async function act(role: ShellRole, node: ShellNode, action: Exclude<ShellAction, { readonly kind: 'exit' }>): Promise<void> {
  switch (action.kind) {
    case 'put':
      await node.put(action.key, action.value);
      say(putText(action.key, action.value));
      return;
    case 'get':
      say(getText(action.key, await node.get(action.key)));
      return;
    case 'join':
      await node.join(action.address);
      say(JOINED_TEXT);
      return;
    case 'help':
      sayAll(commandList(role));
  }
}
