import type { Note } from '../machine.js';

/** What a node tells of a line of {@link Recovered.notes}. A tail that was cut may have been more than a torn write: people should see it. */
export function recoveryNote(text: string): Note {
  const isCut = text.startsWith('cut a torn tail');
  return { kind: 'note', name: isCut ? 'torn-tail-cut' : 'recovery', text, ...(isCut ? { isWarning: true } : {}) };
}
