/** Below this a line says nothing any more, so that narrower terminals wrap by themselves. */
const COLUMNS_MIN = 40;

const TIME_CHARACTERS = 12;
const GAP = '  ';
/** What came in takes this share of what is left of a line, within bounds, and what was done about it the rest. */
const TOOK_SHARE = 0.4;
const TOOK_MIN = 16;
const TOOK_MAX = 40;

/** One event as a transcript shows it. */
export interface Told {
  readonly time: string;
  readonly who: string;
  readonly took: string;
  readonly did: readonly string[];
}

/**
 * How the lines of a transcript are laid out: the moment, who, what came in, what was done about it. What does not fit
 * behind the event continues on indented lines; nothing is cut off.
 */
export class Layout {
  readonly #columns: number;
  readonly #whoCharacters: number;

  /** @param columns The longest a line may be, in characters. @param names Of all who may act. */
  constructor(columns: number, names: readonly string[]) {
    this.#columns = Math.max(COLUMNS_MIN, columns);
    this.#whoCharacters = Math.max(2, ...names.map((name) => name.length));
  }

  lines({ time, who, took, did }: Told): readonly string[] {
    const head = `${time.padStart(TIME_CHARACTERS)}${GAP}${who.padEnd(this.#whoCharacters)}${GAP}`;
    const left = this.#columns - head.length;
    const tookCharacters = Math.min(TOOK_MAX, Math.max(TOOK_MIN, Math.floor(left * TOOK_SHARE)));
    const done = did.join(', ');
    if (took.length <= tookCharacters && tookCharacters + GAP.length + done.length <= left)
      return [`${head}${took.padEnd(tookCharacters)}${GAP}${done}`.trimEnd()];
    const [first = '', ...more] = filled([took], ' ', left);
    const indent = ' '.repeat(head.length);
    const below = filled(did, ', ', left - GAP.length);
    return [`${head}${first}`.trimEnd(), ...more.map((line) => indent + line), ...below.map((line) => indent + GAP + line)];
  }
}

/** Lines of at most `width` characters: as many pieces on each as fit, longer ones broken between words, or anywhere if they must be. */
export function filled(pieces: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  pieces.forEach((piece, at) => {
    const text = at < pieces.length - 1 ? piece + separator.trimEnd() : piece;
    for (const part of text.length <= width ? [text] : text.split(' ').flatMap((word) => broken(word, width))) {
      const joined = line === '' ? part : `${line} ${part}`;
      if (joined.length <= width) line = joined;
      else {
        lines.push(line);
        line = part;
      }
    }
  });
  return line === '' ? lines : [...lines, line];
}

function broken(word: string, width: number): readonly string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? []);
}
