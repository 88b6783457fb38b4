import { connect } from 'node:net';
import type { HostAndPort } from '../base/addresses.js';
import { codeOf } from '../base/errors.js';

/** Milliseconds after which silence counts as somebody there: a machine without a listener refuses at once. */
const KNOCK_MS_MAX = 500;

/** Whether nobody listens at any of these addresses, which their machines say themselves by refusing. */
export async function nobodyListens(addresses: readonly HostAndPort[]): Promise<boolean> {
  return (await Promise.all(addresses.map(isRefused))).every((refused) => refused);
}

function isRefused({ host, port }: HostAndPort): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.setTimeout(KNOCK_MS_MAX, () => finish(false));
    socket.once('connect', () => finish(false));
    socket.once('error', (error) => finish(codeOf(error) === 'ECONNREFUSED'));
  });
}
