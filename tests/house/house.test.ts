import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as rules from './rules.js';
import type { Rule } from './rules.js';
import { readTree, ROOT } from './tree.js';

const tree = readTree();

/** A sentence, the rule that holds it, and a small tree that breaks it in one place: a rule that cannot fail would prove nothing. */
const RULES: readonly (readonly [title: string, rule: Rule, planted: Readonly<Record<string, string>>, finding: RegExp])[] = [
  ['every source file is in a room', rules.everyFileHasARoom, { 'src/attic/old.ts': '' }, /attic\/old\.ts/],
  [
    'imports point down',
    rules.importsPointDown,
    { 'src/core/base/a.ts': `import { x } from '../raft/b.js';`, 'src/core/raft/b.ts': '' },
    /core\/base\/a\.ts may not import/,
  ],
  [
    'neighbours in core do not know each other',
    rules.importsPointDown,
    { 'src/core/store/a.ts': `import type { X } from '../raft/b.js';`, 'src/core/raft/b.ts': '' },
    /core\/store → core\/raft/,
  ],
  [
    'sim and real never meet',
    rules.importsPointDown,
    { 'src/real/a.ts': `await import('../sim/b.js');`, 'src/sim/b.ts': '' },
    /real → sim/,
  ],
  [
    'each room takes only its own packages',
    rules.importsPointDown,
    { 'src/core/raft/a.ts': `import { createHash } from 'node:crypto';` },
    /may not use node:crypto/,
  ],
  [
    'an import leads to a file',
    rules.importsPointDown,
    { 'src/core/raft/a.ts': `export * from './gone.js';` },
    /gone\.js, which is not there/,
  ],
  [
    'only scenarios come in through the doors',
    rules.importsPointDown,
    {
      'src/cli/a.ts': `import { x } from 'seedstorm/sim';`,
      'package.json': '{"name":"seedstorm","exports":{"./sim":{"default":"./dist/src/sim/index.js"}}}',
      'src/sim/index.ts': '',
    },
    /src\/cli\/a\.ts may not use seedstorm\/sim/,
  ],
  [
    'what is done to a world is told',
    rules.actsGoThroughTheWorld,
    { 'src/sim/nemesis/faults/a.ts': 'world.disk(server).wipe();' },
    /a\.ts does wipe to a disk itself/,
  ],
  [
    'scenarios import only through the doors',
    rules.scenariosUseTheDoors,
    { 'scenarios/raft/a.ts': `import type { Scenario } from '../../src/sim/run/scenario.js';` },
    /scenarios\/raft\/a\.ts may not import \.\.\/\.\.\/src/,
  ],
  [
    'tests of scenarios import only through the doors',
    rules.scenariosUseTheDoors,
    { 'tests/scenarios/a.test.ts': `import { runScenario } from 'seedstorm/sim/run/run.js';` },
    /tests\/scenarios\/a\.test\.ts may not import seedstorm\/sim\/run/,
  ],
  [
    'no file is in a circle',
    rules.noCircles,
    { 'src/sim/a.ts': `import './b.js';`, 'src/sim/b.ts': `export { x } from './a.js';` },
    /a\.ts → src\/sim\/b\.ts → src\/sim\/a\.ts/,
  ],
  [
    'core is pure',
    rules.coreIsPure,
    { 'src/core/raft/a.ts': '// Date in a comment is fine\nconst now = Date.now();' },
    /a\.ts:2 lets the outside in: Date/,
  ],
  [
    `no file is longer than ${rules.LINES_MAX} lines`,
    rules.filesAreShort,
    { 'src/sim/a.ts': 'x;\n'.repeat(rules.LINES_MAX + 1) },
    /501 lines/,
  ],
  [
    'tests mirror the source',
    rules.testsMirrorTheSource,
    { 'tests/core/raft/gone.test.ts': '', 'src/core/raft/here.ts': '' },
    /gone\.test\.ts tests nothing/,
  ],
  ['links in the documents resolve', rules.linksResolve, { 'docs/A.md': 'see [b](B.md)' }, /docs\/A\.md:1 links to docs\/B\.md/],
  ['links to headings resolve', rules.linksResolve, { 'docs/A.md': '# One\n[two](#two)' }, /#two/],
  [
    'documents of the package link to what it carries',
    rules.packedLinksResolve,
    { 'docs/A.md': 'see [a](../src/a.ts) and [b](B.md)' },
    /docs\/A\.md:1 links to \.\.\/src\/a\.ts, which the package does not carry/,
  ],
  ['paths in the documents lead somewhere', rules.pathsInDocumentsAreThere, { 'docs/A.md': 'see `src/gone.ts`' }, /names src\/gone\.ts/],
  ['nothing names a private place', rules.nothingPrivate, { 'README.md': `cd ${['', 'root', 'x'].join('/')}` }, /README\.md:1/],
  [
    'lockfiles name no mirror',
    rules.nothingPrivate,
    { 'package-lock.json': `"resolved": ${'"https://'}mirror/a.tgz"` },
    /package-lock\.json:1/,
  ],
  [
    'no command loads the simulator before it needs it',
    rules.commandsStartLight,
    {
      'src/cli/main.ts': `import { list } from './list.js';`,
      'src/cli/list.ts': `import type { A } from '../sim/a.js';\nimport { run } from '../sim/run/run.js';`,
      'src/sim/run/run.ts': '',
    },
    /src\/sim\/run\/run\.ts is loaded by every command/,
  ],
  [
    'the doors of the package lead somewhere',
    rules.exportsHaveSources,
    { 'package.json': '{"exports":{".":"./dist/src/gone.js"}}' },
    /dist\/src\/gone\.js/,
  ],
];

test.each(Object.entries(rules).filter((entry): entry is [string, Rule] => RULES.some(([, rule]) => rule === entry[1])))(
  'this tree keeps the rule %s',
  (_name, rule) => {
    expect(rule(tree)).toEqual([]);
  },
);

test.each(RULES)('a breach is found: %s', (_title, rule, planted, finding) => {
  expect(rule(new Map(Object.entries(planted)))).toEqual([expect.stringMatching(finding)]);
});

describe('core is pure in every form of impurity', () => {
  test.each([
    'Math.random()',
    'a ** 2',
    'Math.pow(a, b)',
    'Math.sin(a)',
    'performance.now()',
    'setTimeout(f, 1)',
    'queueMicrotask(f)',
    'process.env',
    `console.log('x')`,
    'new Promise(f)',
    'async function f() {}',
    'globalThis.x',
    `import fs from 'node:fs';`,
    'a.localeCompare(b)',
    'new Intl.Collator()',
    'for (const key in object) f(key);',
    'BigInt(1)',
  ])('%s', (line) => {
    expect(rules.coreIsPure(new Map([['src/core/base/planted.ts', line]]))).toHaveLength(1);
  });

  test('and plain code is not accused', () => {
    const plain = "/** @returns a Date-like thing */\nconst kind = 'process';\nconst text = `2 * 3`;\nfor (const x of list) sum += x * 2;";
    expect(rules.coreIsPure(new Map([['src/core/base/planted.ts', plain]]))).toEqual([]);
  });
});

test('the tree was read: the contract is in it', () => {
  expect(tree.get('src/core/machine.ts')).toContain('THE CONTRACT');
});

test('after a build, each file that package.json names is there', () => {
  const manifest = JSON.parse(tree.get('package.json')!) as {
    exports: Record<string, string | Record<string, string>>;
    bin: Record<string, string>;
  };
  const named = Object.values({ ...manifest.exports, ...manifest.bin }).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
