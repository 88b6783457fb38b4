// Two kinds of rules: a few that find bugs everywhere, and those that keep src/core pure. Layout and taste are left alone.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Bugs that the compiler lets through. */
const EVERYWHERE = {
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-debugger': 'error',
  'no-eval': 'error',
  'no-control-regex': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unreachable-loop': 'error',
  'no-constant-binary-expression': 'error',
  'no-sparse-arrays': 'error',
  'no-unsafe-finally': 'error',
  'no-throw-literal': 'error',
  'default-case-last': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/ban-ts-comment': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/no-require-imports': 'error',
  'no-restricted-syntax': [
    'error',
    { selector: 'ForInStatement', message: 'for-in has no order to rely on: use a Map, an array or Object.keys.' },
  ],
};

/** What only the type checker sees. Kept to the rooms that have promises, so that linting stays fast. */
const WITH_TYPES = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false, properties: false } }],
  '@typescript-eslint/await-thenable': 'error',
};

const UNREPEATABLE = 'Core is a pure function of state and input: time, chance and I/O come in as inputs.';
const FORBIDDEN_GLOBALS = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
  'process',
  'console',
  'Promise',
  'globalThis',
  'Intl',
  'BigInt',
  'Buffer',
  'TextEncoder',
  'TextDecoder',
  'crypto',
  'structuredClone',
  'WeakRef',
  'FinalizationRegistry',
  'fetch',
  'require',
  'eval',
];

/** The others are implementation-defined: Node 24 and Node 20 differ in the last bits of `Math.pow`. */
const ALLOWED_MATH = ['abs', 'ceil', 'clz32', 'floor', 'imul', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc'];

/** Methods that depend on a locale, or on the Unicode tables of a Node version. */
const LOCALE_METHODS = /^(localeCompare|toLocale.*|normalize|toUpperCase|toLowerCase)$/;

const PURE_CORE = {
  'no-restricted-globals': ['error', ...FORBIDDEN_GLOBALS.map((name) => ({ name, message: UNREPEATABLE }))],
  'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: UNREPEATABLE }] }],
  'no-restricted-syntax': [
    'error',
    { selector: 'ForInStatement', message: 'for-in has no order to rely on.' },
    { selector: 'BinaryExpression[operator="**"], AssignmentExpression[operator="**="]', message: '** differs between Node versions.' },
    {
      selector: `MemberExpression[object.name="Math"]:not([property.name=/^(${ALLOWED_MATH.join('|')})$/])`,
      message: 'This function of Math is not the same to the bit on every Node version.',
    },
    { selector: 'VariableDeclarator[init.name="Math"]', message: 'Write Math.name(...), so that this rule can see which function it is.' },
    {
      selector: 'CallExpression[arguments.length=0] > MemberExpression[property.name=/^(sort|toSorted)$/]',
      message: 'Without a comparator numbers are ordered as text.',
    },
    {
      selector: `CallExpression > MemberExpression[property.name=${LOCALE_METHODS}]`,
      message: 'This depends on a locale or on Unicode tables.',
    },
    { selector: 'AwaitExpression, :function[async=true], ForOfStatement[await=true]', message: 'Core has no promises.' },
    { selector: 'ImportExpression', message: 'Core loads nothing at run time.' },
    { selector: 'Literal[bigint]', message: 'BigInt is slow, and not needed: integers stay below 2^53.' },
  ],
};

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'tests/node-versions/', '.seedstorm/', '/coverage/'] },
  {
    files: ['**/*.{ts,js}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: EVERYWHERE,
  },
  // A test may say "this is there" where an absent value would fail the test anyway; the checkers' hot loops
  // read typed arrays, whose bounds they keep themselves.
  { files: ['tests/**', 'src/sim/checkers/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['src/cli/**/*.ts', 'src/real/**/*.ts', 'src/sim/**/*.ts', 'src/vitest/**/*.ts', 'scenarios/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: WITH_TYPES,
  },
  {
    files: ['tests/cli/**/*.ts', 'tests/real/**/*.ts', 'tests/contract/**/*.ts'],
    languageOptions: { parserOptions: { project: './tests/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: WITH_TYPES,
  },
  { files: ['src/core/**/*.ts'], rules: PURE_CORE },
);
