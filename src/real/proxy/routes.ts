import { formatHostAndPort, parseHostAndPort, type HostAndPort } from '../base/addresses.js';
import { UserError } from '../base/errors.js';

/** One way through a proxy: who connects where, and who is reached by it. */
export interface ProxyRoute {
  /** Who connects, as `cut` calls it. */
  readonly from: string;
  /** Who is reached. */
  readonly to: string;
  /** Where the proxy listens. */
  readonly listen: HostAndPort;
  readonly target: HostAndPort;
}

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,31}$/;
const LOOPBACK = '127.0.0.1';

/**
 * Reads a route as the command line writes it: `from:to@listen=target`, each side `host:port`, or only a port of this machine.
 * Without `from:to@` the ends are called `client` and `server`, with the number of the route behind it.
 *
 * @param number The number of the route, 1 and up.
 * @throws {UserError} With the part that is wrong.
 */
export function parseRoute(text: string, number: number): ProxyRoute {
  const match = /^(?:([^:@=]+):([^:@=]+)@)?([^=@]+)=([^=@]+)$/.exec(text.trim());
  if (match === null)
    throw new UserError(`"${text}" is not a route: expected listen=target or from:to@listen=target, such as c1:s1@7001=127.0.0.1:7101`);
  const [, from = `client${number}`, to = `server${number}`, listen = '', target = ''] = match;
  for (const name of [from, to])
    if (!NAME.test(name))
      throw new UserError(`"${name}" is not a name for an end of a route: expected letters, digits, . _ and -, a letter first`);
  if (from === to) throw new UserError(`a route leads from one end to another, not from "${from}" to itself`);
  return { from, to, listen: addressOf(listen), target: addressOf(target) };
}

/** The inverse of {@link parseRoute}. */
export function formatRoute({ from, to, listen, target }: ProxyRoute): string {
  return `${from}:${to}@${formatHostAndPort(listen)}=${formatHostAndPort(target)}`;
}

const addressOf = (text: string): HostAndPort => parseHostAndPort(/^\d+$/.test(text.trim()) ? `${LOOPBACK}:${text.trim()}` : text);
