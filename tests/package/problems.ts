import { posix } from 'node:path';
import type { Tree } from '../house/tree.js';

/** What no package should carry, one line each. */
export function fileProblems(tree: Tree): readonly string[] {
  return [...tree].flatMap(([path, text]) => {
    if (/^(src|tests|scenarios)\/|\.tsbuildinfo$/.test(path)) return [`${path} is carried by the package`];
    if (path.endsWith('.map')) return [`${path} maps to a source that the package does not carry`];
    return /^\/\/# sourceMappingURL=(?!data:)/m.test(text) && path.endsWith('.js') ? [`${path} names a map that is not there`] : [];
  });
}

/** Links of its documents that lead nowhere, one line each. Web addresses are not followed. */
export function documentProblems(tree: Tree): readonly string[] {
  return [...tree]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      [
        ...text
          .replace(/```[\s\S]*?```/g, '')
          .replace(/`[^`\n]*`/g, '')
          .matchAll(/\]\(([^)\s]+)\)/g),
      ]
        .map((match) => match[1]!.split('#')[0]!)
        .filter((file) => file !== '' && !/^[a-z]+:/.test(file))
        .map((file) => posix.join(posix.dirname(path), decodeURI(file)).replace(/\/$/, ''))
        .filter((target) => !tree.has(target) && ![...tree.keys()].some((other) => other.startsWith(`${target}/`)))
        .map((target) => `${path} links to ${target}, which the package does not carry`),
    );
}
