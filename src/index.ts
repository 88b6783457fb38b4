/** seedstorm: deterministic simulation testing for distributed systems, and a replicated store built with it. */
export * from './core/index.js';
export * from './sim/index.js';
