import { describe, expect, test } from 'vitest';
import { CONTROL_HELP, onControl, type ProxyState } from '../../../src/core/proxy/control.js';
import { isCut } from '../../../src/core/proxy/cuts.js';
import { PRESETS } from '../../../src/core/proxy/rules.js';

const start: ProxyState = { rules: PRESETS.reliable, cuts: [], names: ['c1', 's1', 's2'] };

/** The state after lines that must all be taken. */
function after(...lines: readonly string[]): ProxyState {
  return lines.reduce((state, line) => {
    const { state: next, answer } = onControl(state, line);
    expect(answer.at(-1), line).toBe('OK');
    return next;
  }, start);
}

describe('a line of control', () => {
  test('sets the rules', () => {
    expect(after('preset unreliable').rules).toEqual(PRESETS.unreliable);
    expect(after('preset unreliable', 'preset reliable').rules).toEqual(PRESETS.reliable);
    expect(after('drop requests 12.5', 'drop replies 100', 'delay 5 20').rules).toEqual({
      dropRequestsPermille: 125,
      dropRepliesPermille: 1_000,
      delayMsMin: 5,
      delayMsMax: 20,
    });
    expect(after('delay 7').rules).toMatchObject({ delayMsMin: 7, delayMsMax: 7 });
  });

  test('cuts ends off and heals them', () => {
    expect(after('cut c1', 'cut s1 > s2', 'cut c1').cuts).toHaveLength(2);
    expect(after('cut c1', 'cut s1 > s2', 'heal c1').cuts).toEqual([{ from: 's1', to: 's2', isOneWay: true }]);
    expect(after('cut c1', 'cut s1 s2', 'heal').cuts).toEqual([]);
  });

  test('shows what is set, in the words that set it', () => {
    const lines = onControl(after('drop requests 50', 'delay 1 2', 'cut c1', 'cut s1 > s2', 'cut s1 s2'), 'show').answer;
    expect(lines).toEqual(['drop requests 50', 'drop replies 0', 'delay 1 2', 'cut c1', 'cut s1 > s2', 'cut s1 s2', 'OK']);
    expect(after(...lines.slice(0, -1))).toEqual(after('drop requests 50', 'delay 1 2', 'cut c1', 'cut s1 > s2', 'cut s1 s2'));
    expect(onControl(start, 'help').answer).toEqual([...CONTROL_HELP, 'OK']);
  });

  test.each([
    ['', 'an empty line is no command: help lists them'],
    ['explode', '"explode" is no command: help lists them'],
    ['preset shaky', 'usage: preset reliable | unreliable'],
    ['preset constructor', 'usage: preset reliable | unreliable'],
    ['drop requests 101', 'usage: drop requests | replies <percent, 0 to 100>'],
    ['drop everything 1', 'usage: drop requests | replies <percent, 0 to 100>'],
    ['drop requests -1', 'usage: drop requests | replies <percent, 0 to 100>'],
    ['delay 9 3', 'usage: delay <min> [<max>], milliseconds from 0 to 60000'],
    ['delay', 'usage: delay <min> [<max>], milliseconds from 0 to 60000'],
    ['delay 1 2 3', 'usage: delay <min> [<max>], milliseconds from 0 to 60000'],
    ['cut', 'usage: cut <name>, cut <name> <name>, or cut <name> > <name>'],
    ['cut s1 >', 'usage: cut <name>, cut <name> <name>, or cut <name> > <name>'],
    ['cut s1 s2 c1', 'usage: cut <name>, cut <name> <name>, or cut <name> > <name>'],
    ['cut s3', 'there is no "s3": the ends are c1, s1, s2'],
    ['heal s1', 'there is no cut s1'],
    ['show me', 'usage: show'],
  ])('"%s" is refused and changes nothing', (line, problem) => {
    expect(onControl(start, line)).toEqual({ state: start, answer: [`ERROR ${problem}`] });
  });
});

describe('a cut', () => {
  const lost = (...lines: readonly string[]) => {
    const { cuts } = after(...lines);
    const names = ['c1', 's1', 's2'];
    return names.flatMap((from) => names.filter((to) => to !== from && isCut(cuts, from, to)).map((to) => `${from}>${to}`));
  };

  test('loses what goes either way, one way, or to and from anyone', () => {
    expect(lost()).toEqual([]);
    expect(lost('cut s1 s2')).toEqual(['s1>s2', 's2>s1']);
    expect(lost('cut s1 > s2')).toEqual(['s1>s2']);
    expect(lost('cut s1')).toEqual(['c1>s1', 's1>c1', 's1>s2', 's2>s1']);
    expect(lost('cut * > s1')).toEqual(['c1>s1', 's2>s1']);
  });
});
