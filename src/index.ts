/** seedstorm: deterministic simulation testing for distributed systems, and a replicated store built with it. */
export type * from './core/machine.js';
export * from './core/base/units.js';
export { ok, fail, type Result } from './core/base/result.js';
export * from './sim/index.js';
