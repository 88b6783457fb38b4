import { fail, type Result } from '../../../core/base/result.js';
import { pairEvents, type ClientEvent } from './events.js';
import type { HistoryProblem, SourcedOperation } from './sourced.js';

/** Reads the log of Jepsen's etcd test: docs/FORMATS.md, "Histories of clients". */
export function jepsenEtcdHistory(source: string): Result<SourcedOperation[], HistoryProblem> {
  const events: ClientEvent[] = [];
  const lines = source.split('\n');
  for (let n = 0; n < lines.length; n++) {
    const text = lines[n]!;
    if (!text.includes('jepsen.util')) {
      if (text.trim() === '' || /^[A-Z]+\s/.test(text)) continue;
      return fail({ line: n + 1, problem: 'this is no line of a Jepsen log' });
    }
    const words = WORDS.exec(text);
    if (words === null) continue; // Jepsen's own remarks; the nemesis, whose process is no number
    const event = eventOf(n + 1, words);
    if (event === null) return fail({ line: n + 1, problem: `no value of this operation: ${JSON.stringify(words[4])}` });
    events.push(event);
  }
  if (events.length === 0) return fail({ line: 1, problem: 'there is no event of a client here' });
  return pairEvents(events);
}

const WORDS = /jepsen\.util - (\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.*?)\s*$/;
const PAIR = /^\[(nil|-?\d+) (-?\d+)\]$/;
const SINGLE = /^(nil|-?\d+)$/;

function eventOf(line: number, words: RegExpExecArray): ClientEvent | null {
  const [, process, type, op, value] = words as unknown as [string, string, 'invoke' | 'ok' | 'fail' | 'info', 'read' | 'write' | 'cas', string];
  const isOutcome = type === 'invoke' || type === 'ok';
  const pair = PAIR.exec(value);
  const single = SINGLE.exec(value);
  if (isOutcome && (op === 'cas' ? pair === null : single === null)) return null;
  const isRefused = type === 'fail' && op === 'cas' && pair !== null;
  return {
    line, clientId: Number(process), op, key: '',
    type: isRefused ? 'refused' : type === 'fail' ? 'nothing' : type,
    value: pair !== null ? pair[2]! : nilOr(single?.[1]),
    expected: nilOr(pair?.[1]),
  };
}

function nilOr(text: string | undefined): string | null {
  return text === undefined || text === 'nil' ? null : text;
}
