import { connect } from 'node:net';
import { parseHostAndPort, type HostAndPort } from '../base/addresses.js';

/** Bytes of an answer: a host's name and a port. */
const ANSWER_BYTES_MAX = 400;
const ANSWER_MS_MAX = 2_000;

/**
 * Where the leader is reached, by the word of another server. In frames servers are told apart by numbers; as text they give the address
 * that they were started with, which is all that somebody needs who knows one server only.
 *
 * @returns null when it knows nobody, or does not answer in time.
 */
export function whoLeads({ host, port }: HostAndPort): Promise<HostAndPort | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let answer = '';
    const end = (): void => {
      socket.destroy();
      resolve(leaderIn(answer));
    };
    socket.setTimeout(ANSWER_MS_MAX, end);
    socket.on('error', end).on('close', end);
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.includes('\n') || answer.length > ANSWER_BYTES_MAX) end();
    });
    socket.end('WHO_IS_LEADER\n');
  });
}

function leaderIn(answer: string): HostAndPort | null {
  const address = /^LEADER (\S+)\n/.exec(answer)?.[1];
  if (address === undefined) return null;
  try {
    return parseHostAndPort(address);
  } catch {
    return null;
  }
}
