/**
 * Bytes that came in pieces and wait for the rest, as a value.
 *
 * Pieces are merged like the digits of a binary counter: a new one takes in those before it that are not
 * longer. So a stream that comes byte by byte costs log2(n) copies of each byte and holds log2(n) arrays,
 * where one array for each piece would cost a hundred times the bytes, and one array for all n² copies.
 */
export interface ByteQueue {
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
}

export const EMPTY_QUEUE: ByteQueue = { pieces: [], sizeBytes: 0 };

/** The queue with a copy of `bytes` behind it. A copy, since `bytes` may be a view of a large buffer of the host's. */
export function enqueue(queue: ByteQueue, bytes: Uint8Array): ByteQueue {
  if (bytes.length === 0) return queue;
  let from = queue.pieces.length;
  let merged = bytes.length;
  while (from > 0 && (queue.pieces[from - 1] as Uint8Array).length <= merged) {
    from--;
    merged += (queue.pieces[from] as Uint8Array).length;
  }
  const last = concat([...queue.pieces.slice(from), bytes], merged);
  return { pieces: [...queue.pieces.slice(0, from), last], sizeBytes: queue.sizeBytes + bytes.length };
}

/** All bytes of the queue in one array, which may be the queue's own: not to be written to. */
export function joined(queue: ByteQueue): Uint8Array {
  const [first] = queue.pieces;
  return first !== undefined && queue.pieces.length === 1 ? first : concat(queue.pieces, queue.sizeBytes);
}

/** The last byte, or -1 of an empty queue. */
export function lastByte(queue: ByteQueue): number {
  return queue.pieces.at(-1)?.at(-1) ?? -1;
}

function concat(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
