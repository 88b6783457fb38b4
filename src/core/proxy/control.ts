import { fail, ok, type Result } from '../base/result.js';
import { ANYONE, type Cut } from './cuts.js';
import { DELAY_MS_MAX, PRESETS, type Rules } from './rules.js';

/** How a proxy treats what passes it, as a value. */
export interface ProxyState {
  readonly rules: Rules;
  readonly cuts: readonly Cut[];
  /** The names of both ends of all routes; a cut of any other is a typing error. */
  readonly names: readonly string[];
}

/** What a line of control gave: the state from now on, and the lines of the answer. */
export interface Controlled {
  readonly state: ProxyState;
  readonly answer: readonly string[];
}

/** The commands, as `help` lists them. */
export const CONTROL_HELP: readonly string[] = [
  'preset reliable | unreliable   nothing is lost; or half of everything, either way',
  'drop requests <percent>        of 100 messages towards servers so many vanish, such as 50 or 12.5',
  'drop replies <percent>         of 100 messages from servers so many vanish: the work was done',
  'delay <min> [<max>]            hold each message back for so many milliseconds',
  'cut <name>                     this end hears nobody and is heard by nobody',
  'cut <name> <name>              these two do not hear each other',
  'cut <name> > <name>            the first is not heard by the second',
  'heal [<the words of a cut>]    end this cut, or all of them',
  'show                           the rules and the cuts as they are',
  'help                           these lines',
];

/** Takes one line of control, without its end. A line that is not understood changes nothing. */
export function onControl(state: ProxyState, line: string): Controlled {
  const [verb = '', ...words] = line.trim().split(/\s+/);
  const changed = changeBy(state, verb, words);
  if (changed === null) return { state, answer: verb === 'show' ? showLines(state) : [...CONTROL_HELP, 'OK'] };
  return changed.ok ? { state: changed.value, answer: ['OK'] } : { state, answer: [`ERROR ${changed.problem}`] };
}

/** What the line makes of the state; null when it only asks. */
function changeBy(state: ProxyState, verb: string, words: readonly string[]): Result<ProxyState, string> | null {
  switch (verb) {
    case 'preset': {
      const rules = words.length === 1 && Object.hasOwn(PRESETS, words[0] ?? '') ? PRESETS[words[0] as keyof typeof PRESETS] : null;
      return rules === null ? fail('usage: preset reliable | unreliable') : ok({ ...state, rules });
    }
    case 'drop':
      return onDrop(state, words);
    case 'delay':
      return onDelay(state, words);
    case 'cut': {
      const cut = cutOf(words, state.names);
      return cut.ok ? ok({ ...state, cuts: [...without(state.cuts, cut.value), cut.value] }) : cut;
    }
    case 'heal': {
      if (words.length === 0) return ok({ ...state, cuts: [] });
      const cut = cutOf(words, state.names);
      if (!cut.ok) return cut;
      const left = without(state.cuts, cut.value);
      return left.length === state.cuts.length ? fail(`there is no cut ${wordsOf(cut.value)}`) : ok({ ...state, cuts: left });
    }
    case 'show':
    case 'help':
      return words.length === 0 ? null : fail(`usage: ${verb}`);
    default:
      return fail(`${verb === '' ? 'an empty line' : `"${verb}"`} is no command: help lists them`);
  }
}

function onDrop(state: ProxyState, [what, percent, ...more]: readonly string[]): Result<ProxyState, string> {
  const permille = /^\d{1,3}(\.\d)?$/.test(percent ?? '') ? Math.round(Number(percent) * 10) : -1;
  if (more.length > 0 || permille < 0 || permille > 1_000) return fail('usage: drop requests | replies <percent, 0 to 100>');
  if (what === 'requests') return ok({ ...state, rules: { ...state.rules, dropRequestsPermille: permille } });
  if (what === 'replies') return ok({ ...state, rules: { ...state.rules, dropRepliesPermille: permille } });
  return fail('usage: drop requests | replies <percent, 0 to 100>');
}

function onDelay(state: ProxyState, words: readonly string[]): Result<ProxyState, string> {
  const [delayMsMin = -1, delayMsMax = delayMsMin] = words.map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : -1));
  const isGood = words.length >= 1 && words.length <= 2 && delayMsMin >= 0 && delayMsMax >= delayMsMin && delayMsMax <= DELAY_MS_MAX;
  return isGood
    ? ok({ ...state, rules: { ...state.rules, delayMsMin, delayMsMax } })
    : fail(`usage: delay <min> [<max>], milliseconds from 0 to ${DELAY_MS_MAX}`);
}

function cutOf(words: readonly string[], names: readonly string[]): Result<Cut, string> {
  const isOneWay = words[1] === '>';
  const [from = '', to = ANYONE, ...more] = isOneWay ? [words[0] ?? '', ...words.slice(2)] : words;
  if (from === '' || more.length > 0 || (isOneWay && words.length !== 3))
    return fail('usage: cut <name>, cut <name> <name>, or cut <name> > <name>');
  const unknown = [from, to].find((name) => name !== ANYONE && !names.includes(name));
  if (unknown !== undefined) return fail(`there is no "${unknown}": the ends are ${names.join(', ')}`);
  return ok({ from, to, isOneWay });
}

function without(cuts: readonly Cut[], cut: Cut): readonly Cut[] {
  const words = wordsOf(cut);
  return cuts.filter((one) => wordsOf(one) !== words);
}

/** A cut in the words that make it. */
export function wordsOf({ from, to, isOneWay }: Cut): string {
  if (isOneWay) return `${from} > ${to}`;
  return to === ANYONE ? from : `${from} ${to}`;
}

function showLines({ rules, cuts }: ProxyState): readonly string[] {
  return [
    `drop requests ${rules.dropRequestsPermille / 10}`,
    `drop replies ${rules.dropRepliesPermille / 10}`,
    `delay ${rules.delayMsMin} ${rules.delayMsMax}`,
    ...cuts.map((cut) => `cut ${wordsOf(cut)}`),
    'OK',
  ];
}
