import { Chalk, supportsColor, supportsColorStderr } from 'chalk';

/** Colour for people at a terminal. Machine-read output (--json, transcripts) never goes through here. */
export const out = new Chalk({ level: supportsColor === false ? 0 : supportsColor.level });

/** The same for standard error, which may be a terminal when standard output is not. */
export const err = new Chalk({ level: supportsColorStderr === false ? 0 : supportsColorStderr.level });
