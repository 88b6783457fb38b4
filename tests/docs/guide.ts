/** A guide as a program reads it: the files that it tells the reader to write, and the commands that it tells to run, in order. */
export type Block =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'change'; readonly name: string; readonly before: string; readonly after: string }
  | { readonly kind: 'command'; readonly command: string; readonly shown: readonly string[] };

/** Fences with `title=name` are files, as `diff` changes to one; `console` holds commands behind `$ ` with what they print. */
export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: title=(\S+))?\n([\s\S]*?)^```$/gm)].flatMap(([, language = '', name, text = '']) => {
    if (language === 'console') return commandsOf(text);
    if (name === undefined) throw new Error(`a ${language} block has no title: ${text.slice(0, 60)}`);
    return [language === 'diff' ? changeOf(name, text) : ({ kind: 'file', name, text } as const)];
  });
}

function commandsOf(text: string): readonly Block[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.trimEnd().split('\n');
      return { kind: 'command', command, shown };
    });
}

function changeOf(name: string, text: string): Block {
  const without = (mark: string): string =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith(mark))
      .map((line) => line.slice(1))
      .join('\n');
  return { kind: 'change', name, before: without('+'), after: without('-') };
}

/** The text after a change; what it changes must be there, and once. */
export function changed(text: string, { name, before, after }: Extract<Block, { readonly kind: 'change' }>): string {
  const parts = text.split(`${before}\n`);
  if (parts.length !== 2) throw new Error(`${name} has these lines ${parts.length - 1} times, not once:\n${before}`);
  return parts.join(`${after}\n`);
}

/**
 * Says where an output is not what was shown, null when it is. A shown line `…` stands for any lines, none among them; all
 * other shown lines stand there as they are, in this order, with nothing between them.
 */
export function difference(shown: readonly string[], output: string): string | null {
  const lines = output.replace(/\n$/, '').split('\n');
  let at = 0;
  let isFree = false;
  for (const line of shown) {
    if (line === '…') {
      isFree = true;
      continue;
    }
    const found = isFree ? lines.indexOf(line, at) : at;
    if (lines[found] !== line) return `expected\n${line}\nin\n${lines.slice(at).join('\n')}`;
    at = found + 1;
    isFree = false;
  }
  return isFree || at === lines.length || shown.length === 0 ? null : `nothing more was shown, and there is\n${lines.slice(at).join('\n')}`;
}

/** Lines of code: neither blank nor comment. */
export function codeLines(text: string): number {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
}
