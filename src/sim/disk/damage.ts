/**
 * What became of bytes on a medium after they had been written well.
 * `rot`: a bit is flipped. `stale`: a sector still holds what was there before its last write. `misdirected`: a
 * sector holds what was meant for another place. `unreadable`: a read that touches the place fails. `shortened`: the file
 * ends where the place begins. `junk`: a sector that was written holds nothing that anybody wrote. `shorn`: a sector has the
 * beginning of its last write, and behind it what was there before.
 */
export type DamageKind = DamageFacts['kind'];

/** Where damage is: the name that the file had when it came, where it begins in it, and how far it reaches, in bytes. */
export interface Place {
  readonly path: string;
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Where bytes on a medium are not what they should be, and what is there instead of what. */
export type DamageFacts =
  | (Place & { readonly kind: 'stale' | 'unreadable' | 'shortened' | 'junk' })
  /** So many of its bytes are new. */
  | (Place & { readonly kind: 'shorn'; readonly newBytes: number })
  | (Place & { readonly kind: 'rot'; readonly bit: number; readonly was: number; readonly is: number })
  | (Place & { readonly kind: 'misdirected'; readonly meantFor: { readonly path: string; readonly offset: number } });

/** One damage: a patch laid over pristine bytes, which stay as they are underneath. */
export type Damage = DamageFacts & {
  /** Counts up from 1 on each disk. */
  readonly id: number;
  /** Switched off it is as if it had never happened. */
  isOn: boolean;
};

interface Patch {
  readonly damage: Damage;
  readonly offset: number;
  readonly end: number;
  /** What a reader gets instead; null where a read fails. */
  readonly bytes: Uint8Array | null;
}

/**
 * The damage that lies over one file's bytes. Whatever is written over a damaged place heals it there, as a
 * disk that gives a bad sector new bytes. Later damage lies on top of earlier.
 */
export class Overlay {
  #patches: Patch[] = [];

  get isEmpty(): boolean {
    return this.#patches.length === 0;
  }

  /** @param bytes What a reader gets instead, `damage.lengthBytes` of them; null where a read fails. */
  lay(damage: Damage, bytes: Uint8Array | null): void {
    this.#patches.push({ damage, offset: damage.offset, end: damage.offset + damage.lengthBytes, bytes });
  }

  /** These bytes were written anew. */
  heal(from: number, to: number): void {
    if (this.#patches.length === 0) return;
    this.#patches = this.#patches.flatMap((patch) => {
      if (patch.end <= from || to <= patch.offset) return [patch];
      return [part(patch, patch.offset, from), part(patch, to, patch.end)].filter(({ offset, end }) => offset < end);
    });
  }

  /** The file became this long. */
  truncate(length: number): void {
    this.heal(length, Number.MAX_SAFE_INTEGER);
  }

  /** Lays the damage over a copy of bytes that begin at `offset` in the file. @returns The same bytes. */
  paint(bytes: Uint8Array, offset: number): Uint8Array {
    for (const patch of this.#patches) {
      if (!patch.damage.isOn || patch.bytes === null) continue;
      const from = Math.max(patch.offset, offset);
      const to = Math.min(patch.end, offset + bytes.length);
      if (from < to) bytes.set(patch.bytes.subarray(from - patch.offset, to - patch.offset), from - offset);
    }
    return bytes;
  }

  /** Where a file ends that is so long underneath. What is written behind a missing end gives the file its length back, with zeros between. */
  endOf(length: number): number {
    let end = length;
    for (let i = this.#patches.length - 1; i >= 0; i--) {
      const { damage, offset, end: patchEnd } = this.#patches[i] as Patch;
      if (damage.kind !== 'shortened' || !damage.isOn || offset >= end || patchEnd < end) continue;
      end = offset;
      i = this.#patches.length;
    }
    return end;
  }

  /** Whether a read of these bytes fails. */
  isUnreadable(from: number, to: number): boolean {
    return this.#patches.some(({ damage, offset, end, bytes }) => damage.isOn && bytes === null && offset < to && from < end);
  }

  /** This damage never came. What it was laid over was not changed by it. */
  takeBack(damage: Damage): void {
    this.#patches = this.#patches.filter((patch) => patch.damage !== damage);
  }

  /** The same damage as another overlay's from now on. */
  become(other: Overlay): void {
    this.#patches = [...other.#patches];
  }

  /** All damage of which something is left, in the order it came. */
  damages(): readonly Damage[] {
    return [...new Set(this.#patches.map(({ damage }) => damage))];
  }
}

function part(patch: Patch, from: number, to: number): Patch {
  const offset = Math.max(patch.offset, from);
  const end = Math.min(patch.end, to);
  const bytes = patch.bytes === null || offset >= end ? null : patch.bytes.subarray(offset - patch.offset, end - patch.offset);
  return { damage: patch.damage, offset, end, bytes };
}
