import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { PROGRAM, seedstorm } from '../run-cli.js';

// The built program in two processes that speak over TCP, as in document 004.

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** A shell whose lines are typed one at a time, each once the shell is ready for it. */
class Typed {
  text = '';
  readonly #child: ChildProcess;
  readonly #role: string;
  readonly ended: Promise<number | null>;

  constructor(role: string, port: number) {
    this.#role = role;
    this.#child = spawn(process.execPath, [PROGRAM, role, '--port', String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  async type(line: string): Promise<void> {
    const prompts = (): number => this.text.split(`${this.#role}> `).length;
    const before = prompts();
    this.#child.stdin?.write(`${line}\n`);
    await until(() => prompts() > before);
  }

  ready(): Promise<void> {
    return until(() => this.text.endsWith(`${this.#role}> `));
  }

  async exit(): Promise<number | null> {
    this.#child.stdin?.write('EXIT\n');
    return this.ended;
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 60_000; !(await isSo()); ) {
    if (Date.now() > endMs) throw new Error('it did not come to pass within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the session of document 004, over pipes, to the letter', () => {
  test('two processes: PUT, JOIN, and a later PUT that is pushed', async () => {
    const [primaryPort = 0, replicaPort = 0] = await freePorts(2);
    const primary = new Typed('primary', primaryPort);
    await primary.ready();
    await primary.type('PUT a 1');
    await primary.type('PUT b 2');

    const replica = new Typed('replica', replicaPort);
    await replica.ready();
    for (const line of ['GET a', 'GET b', `JOIN localhost:${primaryPort}`, 'GET a', 'GET b']) await replica.type(line);
    await primary.type('PUT c 3');
    await until(async () => {
      await replica.type('GET c');
      return replica.text.includes('c -> 3');
    });
    await primary.type('GET a');
    expect([await primary.exit(), await replica.exit()]).toEqual([0, 0]);

    expect(primary.text).toBe(
      [
        `Primary server ready (port ${primaryPort})`,
        'Commands:',
        '- PUT <key> <value>',
        '- GET <key>',
        '- EXIT',
        'primary> PUT a 1',
        'OK a = 1',
        'primary> PUT b 2',
        'OK b = 2',
        'primary> PUT c 3',
        'OK c = 3',
        'primary> GET a',
        'a -> 1',
        'primary> EXIT',
        '',
      ].join('\n'),
    );
    const untilPushed = replica.text.replaceAll('replica> GET c\nc -> Not found\n', '');
    expect(untilPushed).toBe(
      [
        `Replica ready (port ${replicaPort})`,
        'Commands:',
        '- GET <key>',
        '- JOIN <host:port>',
        '- EXIT',
        'replica> GET a',
        'a -> Not found',
        'replica> GET b',
        'b -> Not found',
        `replica> JOIN localhost:${primaryPort}`,
        'Snapshot received',
        'replica> GET a',
        'a -> 1',
        'replica> GET b',
        'b -> 2',
        'replica> GET c',
        'c -> 3',
        'replica> EXIT',
        '',
      ].join('\n'),
    );
  });

  test('lines that come all at once are carried out one after the other, and the end of them is an EXIT', async () => {
    const [port = 0] = await freePorts(1);
    const { stdout, exitCode, stderr } = await seedstorm(['primary', '--port', String(port)], {
      stdin: 'PUT a 1\nGET a\nGET z\nput b two words\n\nJUMP\nPUT a\nGET b',
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').slice(5)).toEqual([
      'primary> PUT a 1',
      'OK a = 1',
      'primary> GET a',
      'a -> 1',
      'primary> GET z',
      'z -> Not found',
      'primary> put b two words',
      'OK b = two words',
      'primary> ',
      'primary> JUMP',
      'Unknown command: JUMP (known are PUT, GET, EXIT)',
      'primary> PUT a',
      'Usage: PUT <key> <value>',
      'primary> GET b',
      'b -> two words',
      'primary> ',
      '',
    ]);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('what goes wrong is one line, and the shell goes on', () => {
  test('a JOIN to nobody, to no address, and to a replica', async () => {
    const [port = 0, nobody = 0] = await freePorts(2);
    const { stdout, exitCode } = await seedstorm(['replica', '--port', String(port)], {
      stdin: `JOIN localhost:${nobody}\nJOIN here\nJOIN localhost:${port}\nGET a\n`,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Error: localhost:${nobody} cannot be reached: nobody listens there\n`);
    expect(stdout).toContain('Error: "here" is not an address: expected host:port\n');
    expect(stdout).toContain('Error: this server is a replica\n');
    expect(stdout).toContain('GET a\na -> Not found\n');
  });

  test.each([
    [['primary', '--port', '0'], /--port takes a whole number from 1 to 65535, not "0"/],
    [['replica', '--prot', '8081'], /unknown argument: prot/],
  ])('%j ends with 2', async (words, line) => {
    const { exitCode, stderr } = await seedstorm(words);
    expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
    expect(stderr).toMatch(line);
  });

  test('a port that is taken ends with 2', async () => {
    const [port = 0] = await freePorts(1);
    const first = new Typed('primary', port);
    await first.ready();
    const { exitCode, stderr } = await seedstorm(['replica', '--port', String(port)]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `seedstorm: replica port 127.0.0.1:${port} cannot be used: it is already in use\n`,
    });
  });
});

test('a person with a bare socket gets the snapshot and what follows, and may change a replica that belongs to nobody', async () => {
  const [primaryPort = 0, replicaPort = 0] = await freePorts(2);
  const primary = new Typed('primary', primaryPort);
  const replica = new Typed('replica', replicaPort);
  await primary.ready();
  await replica.ready();
  await primary.type('PUT a 1');

  const wire = connect(primaryPort, '127.0.0.1');
  let heard = '';
  wire.setEncoding('utf8').on('data', (text: string) => (heard += text));
  wire.write('JOIN\r\nwhat?\n');
  await until(() => heard.includes('ERROR'));
  await primary.type('PUT a 2');
  await until(() => heard.includes('REPLICATE'));
  wire.destroy();
  expect(heard.replace(/epoch=\d+/g, 'epoch=3')).toBe(
    'SNAPSHOT join=0 piece=0 last=true epoch=3 position=1 a 1 1\n' +
      'ERROR unknown message; known are JOIN FOLLOW SNAPSHOT REPLICATE RESYNC REFUSE PROMOTE PRIMARY\n' +
      'REPLICATE epoch=3 position=2 version=2 SET a 2\n',
  );

  const typing = connect(replicaPort, '127.0.0.1');
  typing.write('REPLICATE SET key a value\n');
  await until(async () => {
    await replica.type('GET key');
    return replica.text.includes('key -> a value');
  });
  typing.destroy();
});
