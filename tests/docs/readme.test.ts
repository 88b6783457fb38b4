import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../house/tree.js';
import { scenariosPage } from './scenarios-page.js';

const page = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const LINES_MAX = 200;

describe('the README', () => {
  const readme = page('README.md');

  test('is short', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX);
  });

  test('shows a failing test as the guide has it, where a test follows it', () => {
    const guide = page('docs/TESTING-YOUR-SYSTEM.md');
    const [, code = ''] = /```ts\n\/\/ counter\.test\.ts.*\n([\s\S]*?)```/.exec(readme) ?? [];
    const [, failure = ''] = /```console\n\$ npx vitest run counter\.test\.ts\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(code).not.toBe('');
    expect(failure).toContain('again');
    expect(guide).toContain(`title=counter.test.ts\n${code}`);
    expect(guide).toContain(failure);
  });
});

test('the page of scenarios is what the scenarios say: npm run scenarios', () => {
  expect(page('docs/SCENARIOS.md')).toBe(scenariosPage());
});
