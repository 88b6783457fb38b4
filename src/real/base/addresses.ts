import { nodeId, type NodeId } from '../../core/base/units.js';
import { UserError } from './errors.js';

/** Where one server listens. */
export interface ServerAddress {
  readonly host: string;
  /** For other servers. 1 .. 65535. */
  readonly peerPort: number;
  /** For clients. 1 .. 65535. */
  readonly clientPort: number;
}

/** Every server of a cluster by its id. */
export type ServerMap = ReadonlyMap<NodeId, ServerAddress>;

/** Where a client port listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** The largest number a server may have; small integers are what the protocol and the log lines are made for. */
const ID_MAX = 65_535;

/**
 * Reads a list of servers as the command line writes it: `1=host:peerPort:clientPort,2=…`.
 *
 * @throws {UserError} With the part that is wrong.
 */
export function parseServerMap(text: string): ServerMap {
  const servers = new Map<NodeId, ServerAddress>();
  for (const part of text.split(',')) {
    const match = /^(\d+)=(\[[^\]]+\]|[^:=\s]+):(\d+):(\d+)$/.exec(part.trim());
    if (match === null) throw new UserError(`"${part}" is not a server: expected id=host:peerPort:clientPort`);
    const [, id = '', host = '', peerPort = '', clientPort = ''] = match;
    const number = parseNodeId(id);
    if (servers.has(number)) throw new UserError(`server ${id} is listed twice`);
    servers.set(number, { host: bare(host), peerPort: parsePort(peerPort), clientPort: parsePort(clientPort) });
  }
  return new Map([...servers].sort(([a], [b]) => a - b));
}

/** The inverse of {@link parseServerMap}. */
export function formatServerMap(servers: ServerMap): string {
  const parts = [...servers].map(([id, at]) => `${id}=${bracketed(at.host)}:${at.peerPort}:${at.clientPort}`);
  return parts.join(',');
}

/** @throws {UserError} When the text is not a whole number from 1 to 65535. */
export function parseNodeId(text: string): NodeId {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > ID_MAX) throw new UserError(`"${text}" is not a server id: expected 1 to ${ID_MAX}`);
  return nodeId(number);
}

/** @throws {UserError} When the text is not `host:port`. */
export function parseHostAndPort(text: string): HostAndPort {
  const match = /^(\[[^\]]+\]|[^:=\s]+):(\d+)$/.exec(text.trim());
  if (match === null) throw new UserError(`"${text}" is not an address: expected host:port`);
  return { host: bare(match[1] ?? ''), port: parsePort(match[2] ?? '') };
}

/** `host:port`, with brackets around an IPv6 address. */
export const formatHostAndPort = ({ host, port }: HostAndPort): string => `${bracketed(host)}:${port}`;

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UserError(`"${text}" is not a port: expected 1 to 65535`);
  return port;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
