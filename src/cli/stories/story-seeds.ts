// By itself, so that no command has to load the simulator to say what its defaults are.

/** The seeds among which the document's stories are the shortest. Few: a test tells them all anew. */
export const DOCUMENT_SEEDS = { first: 1, last: 40 } as const;
