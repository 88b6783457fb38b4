// Module hooks: a compiled file whose source a mutant edits is compiled anew from the edited source.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { edited } from './edits.mjs';

const root = new URL('../../', import.meta.url);
/** @type {Map<string, { file: string, find: string, replace: string }[]>} By the address of the compiled file. */
const editsOf = new Map();

export function initialize({ edits }) {
  for (const edit of edits) {
    const address = new URL(`dist/${edit.file.replace(/\.ts$/, '.js')}`, root).href;
    editsOf.set(address, [...(editsOf.get(address) ?? []), edit]);
  }
}

export async function load(url, context, nextLoad) {
  const edits = editsOf.get(url);
  if (edits === undefined) return nextLoad(url, context);
  const { file } = edits[0];
  const source = edited(await readFile(fileURLToPath(new URL(file, root)), 'utf8'), file, edits);
  const compiled = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return { format: 'module', source: compiled.outputText, shortCircuit: true };
}
