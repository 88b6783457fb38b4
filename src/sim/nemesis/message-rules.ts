import type { NodeId } from '../../core/base/units.js';
import { BadScenario } from '../base/bad-scenario.js';
import type { Ruling } from '../network/network.js';
import { spanMs, type Span } from './span.js';

/** Which messages a rule is about. What is absent does not matter. */
export interface MessageRule {
  /** Its field `kind`; of a request or response its own. */
  readonly kind?: string;
  /** Who sends it: `s1`, `c2`. */
  readonly from?: string;
  readonly to?: string;
  /** Of those the n-th, the 2n-th and so on. Absent or 1: all of them. */
  readonly every?: number;
  /** No more than so many. */
  readonly times?: number;
  readonly after?: Span;
  readonly until?: Span;
  /** Asked of the message itself, a request or a response among them. */
  where?(message: unknown): boolean;
}

interface Ruled {
  readonly rule: MessageRule;
  readonly ruling: Ruling;
  readonly afterUs: number;
  readonly untilUs: number;
  /** Messages that the rule is about, so far. */
  met: number;
  /** Those of them that it was applied to. */
  done: number;
}

/** The rules of a script about single messages, asked for each that is sent. */
export class MessageRules {
  readonly #nameOf: (id: NodeId) => string;
  readonly #rules: Ruled[] = [];

  constructor(nameOf: (id: NodeId) => string) {
    this.#nameOf = nameOf;
  }

  /** @throws {BadScenario} When the numbers of the rule mean nothing. */
  add(rule: MessageRule, ruling: Ruling): void {
    for (const [name, value] of [
      ['every', rule.every],
      ['times', rule.times],
    ] as const)
      if (value !== undefined && (!Number.isInteger(value) || value < 1))
        throw new BadScenario(`a rule for messages: ${name} is a whole number, 1 or more, not ${String(value)}`);
    const afterUs = rule.after === undefined ? 0 : spanMs(rule.after, 'after') * 1_000;
    const untilUs = rule.until === undefined ? Infinity : spanMs(rule.until, 'until') * 1_000;
    this.#rules.push({ rule, ruling, afterUs, untilUs, met: 0, done: 0 });
  }

  /** What the first rule that is about this message says of it; null when none is. */
  rulingOn(from: NodeId, to: NodeId, message: unknown, nowUs: number): Ruling | null {
    for (const ruled of this.#rules) {
      if (nowUs < ruled.afterUs || nowUs >= ruled.untilUs || !this.#isAbout(ruled.rule, from, to, message)) continue;
      ruled.met++;
      const isTurn = ruled.met % (ruled.rule.every ?? 1) === 0 && ruled.done < (ruled.rule.times ?? Infinity);
      if (!isTurn) continue;
      ruled.done++;
      return ruled.ruling;
    }
    return null;
  }

  #isAbout(rule: MessageRule, from: NodeId, to: NodeId, sent: unknown): boolean {
    if (rule.from !== undefined && rule.from !== this.#nameOf(from)) return false;
    if (rule.to !== undefined && rule.to !== this.#nameOf(to)) return false;
    const message = contentOf(sent);
    if (rule.kind !== undefined && kindOf(message) !== rule.kind) return false;
    return rule.where?.(message) ?? true;
  }
}

/** A request or a response may ride with the number of its call. */
function contentOf(sent: unknown): unknown {
  if (typeof sent !== 'object' || sent === null || !('call' in sent)) return sent;
  if ('request' in sent) return sent.request;
  return 'response' in sent ? sent.response : sent;
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : null;
}
