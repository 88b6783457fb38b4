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
    const count = text.split(find).length - 1;
    if (count !== 1) throw new Error(`sabotage: in ${file} the text to edit stands ${count} times, not once: ${find}`);
    text = text.replace(find, () => replace);
  }
  return text;
}
