import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/tree.js';

/** One line of a document that somebody may type, and the line that the document says comes back. */
export interface TypedLine {
  readonly typed: string;
  /** null: no answer. */
  readonly answer: string | null;
}

/**
 * The tables of a document that show lines between servers: fenced as `text`, in columns two spaces or more apart: what is
 * typed, what comes back (`-`: nothing), and perhaps a remark.
 */
export function typedTablesIn(document: string): readonly (readonly TypedLine[])[] {
  return fencesIn(document, 'text').map((lines) =>
    lines.map((line) => {
      const [typed = '', answer = ''] = line.split(/ {2,}/);
      if (answer === '') throw new Error(`${document}: no answer stands behind "${line}"`);
      return { typed, answer: answer === '-' ? null : answer };
    }),
  );
}

/** The conversations of a document with a client port: `nc` with a line and its answer in turn, or `printf` into it. */
export function conversationsIn(document: string): readonly (readonly TypedLine[])[] {
  return fencesIn(document, 'console').flatMap((lines) => {
    const [first = '', ...rest] = lines;
    const piped = /^\$ printf '(.*)' \| nc 127\.0\.0\.1 6379$/.exec(first)?.[1];
    if (piped !== undefined)
      return [
        piped
          .split('\\n')
          .slice(0, -1)
          .map((typed, i) => ({ typed, answer: rest[i] ?? '' })),
      ];
    if (first !== '$ nc 127.0.0.1 6379') return [];
    return [rest.flatMap((typed, i) => (i % 2 === 0 ? [{ typed, answer: rest[i + 1] ?? '' }] : []))];
  });
}

/** The same line with what stands in brackets, and without it. */
export function withAndWithoutBrackets({ typed, answer }: TypedLine): readonly TypedLine[] {
  return [
    { typed: typed.replace(/[[\]]/g, ''), answer },
    { typed: typed.replace(/\[[^\]]*\] /g, ''), answer },
  ];
}

function fencesIn(document: string, language: string): readonly (readonly string[])[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'))].map((match) => (match[1] ?? '').split('\n'));
}
