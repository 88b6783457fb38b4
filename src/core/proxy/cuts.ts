/** Any name, in a {@link Cut}. */
export const ANYONE = '*';

/** A broken way between two names. */
export interface Cut {
  readonly from: string;
  /** {@link ANYONE}: from or to whomever. */
  readonly to: string;
  /** Only what `from` sends to `to` is lost. */
  readonly isOneWay: boolean;
}

/** Whether something that `sender` sends to `receiver` is lost in one of the cuts. */
export function isCut(cuts: readonly Cut[], sender: string, receiver: string): boolean {
  return cuts.some(({ from, to, isOneWay }) => {
    const there = meets(from, sender) && meets(to, receiver);
    return there || (!isOneWay && meets(from, receiver) && meets(to, sender));
  });
}

const meets = (pattern: string, name: string): boolean => pattern === ANYONE || pattern === name;
