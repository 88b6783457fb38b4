/** See edits.mjs. */
export function edited(source: string, file: string, edits: readonly { file: string; find: string; replace: string }[]): string;
