/** What a machine is written with: the contract, values with units, and the protocol that clients of a key-value system speak. */
export type * from './machine.js';
export { assert, unreachable } from './base/assert.js';
export { bytesOf, byteStringFromText, byteStringOf, EMPTY, type ByteString } from './base/bytestring.js';
export { fail, ok, type Result } from './base/result.js';
export * from './base/units.js';
export { durable, type DurableState, type Keeping } from './durable.js';
export type { Command, CommandOp, StoreResult } from './store/command.js';
export { applyCommand, openStore, readKey, storeDigest, type Applied, type StoreOptions, type StoreState } from './store/store.js';
export { jsonCodec } from './wire/json-codec.js';
export { answerDone, answerUnavailable, keyValueCodecs, readOrWrite, type Asked, type ReadOrWrite } from './wire/key-value.js';
export type { NodeRequest, NodeResponse, NodeStatus } from './wire/protocol.js';
