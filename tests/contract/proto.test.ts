import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { file_seedstorm } from '../core/wire/generated/seedstorm_pb.js';

const proto = readFileSync(new URL('../../proto/seedstorm.proto', import.meta.url), 'utf8').replace(/\/\/.*$/gm, '');

/** `name = number` of each field or value in a block of the text, whatever stands around it. */
function numbersIn(block: string): string[] {
  return [...block.matchAll(/(\w+) = (\d+);/g)].map(([, name, number]) => `${name} = ${number}`);
}

/** The blocks of one kind at the top level of the text, by name. None nests but for oneof. */
function blocks(kind: 'message' | 'enum'): Map<string, string[]> {
  const found = proto.matchAll(new RegExp(`^${kind} (\\w+) \\{(\\}|[\\s\\S]*?^\\})`, 'gm'));
  return new Map([...found].map(([, name, body]) => [name as string, numbersIn(body as string)]));
}

describe('the generated twin', () => {
  test('has the messages of proto/seedstorm.proto, so the cross tests test that file', () => {
    const generated = new Map(file_seedstorm.messages.map((m) => [m.name, m.fields.map((f) => `${f.name} = ${f.number}`)]));
    expect(generated).toEqual(blocks('message'));
    expect(generated.size).toBeGreaterThan(15);
  });

  test('has its enums', () => {
    expect(new Map(file_seedstorm.enums.map((e) => [e.name, e.values.map((v) => `${v.name} = ${v.number}`)]))).toEqual(blocks('enum'));
  });
});
