import { parseHostAndPort, type HostAndPort } from '../../real/base/addresses.js';
import type { CallOptions } from '../../real/client/client.js';
import { nobodyListens } from '../../real/network/knock.js';
import { duration, once } from '../terminal/arguments.js';
import { complain, span } from '../terminal/output.js';

/** How long a call goes on, what it says meanwhile, and when it sees that there is no point. */
export interface Patience {
  readonly timeoutMs: number;
  /** Whether the user said how long. Then that is kept to, also where nobody listens: a cluster may be about to start. */
  readonly isWished: boolean;
  readonly servers: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** Nobody waits in silence for longer than this. */
const WORD_AFTER_MS = 1_000;
/** A cluster that is being started has its ports open by then. */
const NOBODY_MS_MAX = 2_000;
const KNOCK_EVERY_MS = 200;
/** Why there is no more knocking: somebody was there. */
const ANSWERED = 'answered';

/** `--timeout` as a user gave it. */
export function patienceFor(timeout: string | undefined): Pick<Patience, 'timeoutMs' | 'isWished'> {
  return timeout === undefined
    ? { timeoutMs: TIMEOUT_MS, isWished: false }
    : { timeoutMs: duration('timeout', once('timeout', timeout)), isWished: true };
}

/** A call that had no answer, and whether nobody was there who could give one. */
export interface Failed {
  readonly kind: 'failed';
  readonly error: unknown;
  readonly isNobodyThere: boolean;
}

/**
 * Waits for a call as a person would: says after a second whom it tries and for how long, and takes the call back when
 * after two seconds nobody ever listened at any address.
 *
 * @param signal Takes the call back earlier.
 */
export async function patiently<Value>(
  patience: Patience,
  signal: AbortSignal | undefined,
  call: (options: CallOptions) => Promise<Value>,
): Promise<Failed | { readonly kind: 'answered'; readonly value: Value }> {
  const { timeoutMs, isWished, servers } = patience;
  const inVain = new AbortController();
  const over = new AbortController();
  const word = setTimeout(
    () =>
      complain(
        `no answer yet from ${servers.join(', ')}; trying for ${span(timeoutMs)} in all${isWished ? '' : ' (--timeout says otherwise)'}`,
      ),
    WORD_AFTER_MS,
  );
  const knocking = knock(servers.map(parseHostAndPort), over.signal, isWished ? Infinity : NOBODY_MS_MAX, () => inVain.abort());
  try {
    const value = await call({ signal: signal === undefined ? inVain.signal : AbortSignal.any([signal, inVain.signal]) });
    over.abort(ANSWERED);
    return { kind: 'answered', value };
  } catch (error) {
    over.abort();
    return { kind: 'failed', error, isNobodyThere: signal?.aborted !== true && (await knocking) };
  } finally {
    clearTimeout(word);
  }
}

/** Knocks until `over`. @returns Whether nobody was there at any knock, of which there was one at least. */
async function knock(addresses: readonly HostAndPort[], over: AbortSignal, nobodyMsMax: number, onNobody: () => void): Promise<boolean> {
  const beganMs = performance.now();
  for (;;) {
    // The first comes after a moment: what is answered at once costs no knock.
    await pause(KNOCK_EVERY_MS, over);
    if (over.reason === ANSWERED) return false;
    if (!(await nobodyListens(addresses))) return false;
    if (performance.now() - beganMs >= nobodyMsMax) onNobody();
    if (over.aborted) return true;
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    over.addEventListener('abort', finish, { once: true });
    if (over.aborted) finish();
  });
}
