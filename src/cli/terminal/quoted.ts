/** A word of a command line as a shell is to be given it: quoted where it holds anything that a shell would take for its own. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
