import { explain } from './terminal/exit.js';
import { complain } from './terminal/output.js';
import { watchStandardStreams } from './terminal/streams.js';
import { runCommandLine } from './program.js';

watchStandardStreams();

try {
  await runCommandLine(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explain(error, process.env['SEEDSTORM_DEBUG'] === '1');
  complain(text);
  process.exitCode = exitCode;
}
