import { expect, test } from 'vitest';
import { documentProblems, fileProblems } from './problems.js';

const tree = (files: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(files));

test('sources, maps and the names of maps are found in a package', () => {
  expect(
    fileProblems(
      tree({
        'src/a.ts': '',
        'dist/src/a.js': 'x;\n//# sourceMappingURL=a.js.map\n',
        'dist/src/a.js.map': '{}',
        'dist/src/b.js': 'y;\n',
        'dist/.tsbuildinfo': '',
      }),
    ),
  ).toEqual([
    'src/a.ts is carried by the package',
    'dist/src/a.js names a map that is not there',
    'dist/src/a.js.map maps to a source that the package does not carry',
    'dist/.tsbuildinfo is carried by the package',
  ]);
});

test('links to what the package does not carry are found', () => {
  const text = '[a](docs/A.md) [web](https://example.org) [there](#here) [gone](src/a.ts) `[code](x.ts)` [folder](docs/)';
  expect(documentProblems(tree({ 'README.md': text, 'docs/A.md': '[up](../README.md#x)' }))).toEqual([
    'README.md links to src/a.ts, which the package does not carry',
  ]);
});
