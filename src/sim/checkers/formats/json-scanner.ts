import { otherValue } from '../value.js';
import { jsonNumber } from './numbers.js';
import { Scanner } from './scanner.js';
import { twiceIn, type Structure } from './structure.js';

const DEPTH_MAX = 64;

const NULL = otherValue('nil');

const ENDS = new Uint8Array(256);
for (const character of ' \t\r\n,:[]{}"') ENDS[character.charCodeAt(0)] = 1;

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA, COLON] = [9, 10, 13, 32, 34, 44, 58];
const [SQUARE, SQUARE_END, BRACE, BRACE_END] = [91, 93, 123, 125];

/** JSON (RFC 8259), except that its numbers keep every digit. */
export abstract class JsonScanner extends Scanner {
  /** Whether each value stands on one line. */
  protected abstract readonly isByLines: boolean;

  /** Goes to the next byte that is no blank; false: there is none yet. */
  protected skipBlanks(isWithin: boolean): boolean {
    const { bytes } = this;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === NEWLINE) {
        if (isWithin && this.isByLines) throw this.noJson('the line ends within an object');
        this.line++;
      } else if (byte !== SPACE && byte !== TAB && byte !== RETURN) return true;
    }
    return false;
  }

  protected noJson(why: string): Error {
    return this.malformed(`this is not JSON: ${why}`);
  }

  protected value(depth = 0): Structure {
    if (depth > DEPTH_MAX) throw this.malformed('nested too deeply');
    switch (this.next()) {
      case QUOTE:
        return this.string(false);
      case SQUARE: {
        const items: Structure[] = [];
        this.eachItem(SQUARE_END, () => items.push(this.value(depth + 1)));
        return { kind: 'list', items };
      }
      case BRACE: {
        const items: Structure[] = [];
        this.eachMember((name) => items.push(name, this.value(depth + 1)));
        const twice = twiceIn({ kind: 'map', items });
        if (twice !== null) throw this.malformed(`an object has ${twice} twice`);
        return { kind: 'map', items };
      }
      default: {
        const value = this.atom(ENDS);
        return value === NULL ? null : value;
      }
    }
  }

  /** Enters an object whose brace is here; `take` reads the value of the member of this name. */
  protected eachMember(take: (name: string) => void): void {
    this.eachItem(BRACE_END, () => {
      if (this.next() !== QUOTE) throw this.noJson('a name in quotation marks should be here');
      const name = this.string(false);
      if (this.next() !== COLON) throw this.noJson('a ":" should be here');
      this.at++;
      take(name);
    });
  }

  /** Enters what the bracket here opens. */
  protected eachItem(closer: number, take: () => void): void {
    this.at++;
    if (this.next() === closer) return void this.at++;
    for (;;) {
      take();
      const next = this.next();
      if (next !== COMMA && next !== closer) throw this.noJson(`a "," or "${String.fromCharCode(closer)}" should be here`);
      this.at++;
      if (next === closer) return;
    }
  }

  /** The next byte within a value. */
  protected next(): number {
    if (!this.skipBlanks(true)) throw this.cutOff('this is not JSON: the text ends within a value');
    return this.bytes[this.at]!;
  }

  protected override meaningOf(atom: string): string {
    if (atom === 'null') return NULL;
    if (atom === 'true' || atom === 'false') return otherValue(atom);
    if (jsonNumber(atom) === null) throw this.noJson(`unexpected ${JSON.stringify(atom)}`);
    return otherValue(this.numberMeaning(atom));
  }

  /** The spelling under which a number is kept. */
  protected numberMeaning(atom: string): string {
    return jsonNumber(atom) ?? atom;
  }
}
