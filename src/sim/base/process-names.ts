import type { NodeId } from '../../core/base/units.js';

/**
 * How processes are called wherever a person reads of them: servers s1, s2 …; clients c1, c2 …, whose processes have the numbers
 * behind those of the servers.
 */
export const serverName = (server: NodeId | number): string => `s${server}`;

/** @param client 1 for the first: its number among clients, as histories have it ({@link clientNumber}); or what a history from elsewhere calls it. */
export const clientName = (client: number | string): string => (typeof client === 'string' ? client : `c${client}`);

/** The number of a client among clients, from 1. @param node Its process. @param servers How many servers there are. */
export const clientNumber = (node: NodeId | number, servers: number): number => node - servers;

/** @param servers How many servers there are: the other processes are clients. */
export function processName(node: NodeId | number, servers: number): string {
  return node <= servers ? serverName(node) : clientName(clientNumber(node, servers));
}
