// Applies the edits of a mutant to source text. Shared by the loader and by the test of the table.

/**
 * @param {string} source The text of one file.
 * @param {string} file Its name, for the message.
 * @param {readonly { file: string, find: string, replace: string }[]} edits Those of this file.
 * @returns {string} The edited text.
 * @throws {Error} When a text to be edited does not stand there exactly once.
 */
export function edited(source, file, edits) {
  let text = source;
  for (const { find, replace } of edits) {
    const pattern = inAnyLayout(find);
    const count = [...text.matchAll(pattern)].length;
    if (count !== 1) throw new Error(`sabotage: in ${file} the text to edit stands ${count} times, not once: ${find}`);
    text = text.replace(pattern, () => replace);
  }
  return text;
}

/**
 * The same tokens with whatever space between them, and with or without a comma behind the last item of a list: how lines are
 * broken is the formatter's business, and a mutant survives it.
 *
 * @param {string} find
 * @returns {RegExp}
 */
function inAnyLayout(find) {
  const tokens = find.match(/\w+|[^\w\s]/g) ?? [];
  const source = tokens.map((token, i) => {
    const escaped = token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    return i > 0 && /^[)\]}]$/.test(token) && tokens[i - 1] !== ',' ? `,?\\s*${escaped}` : escaped;
  });
  return new RegExp(source.join('\\s*'), 'g');
}
