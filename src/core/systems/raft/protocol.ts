export type * from '../../wire/protocol.js';
