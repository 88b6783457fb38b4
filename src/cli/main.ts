import { explain } from './exit.js';
import { complain, endQuietlyWithoutReader } from './output.js';
import { runCommandLine } from './program.js';

endQuietlyWithoutReader();

try {
  await runCommandLine(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explain(error, process.env['SEEDSTORM_DEBUG'] === '1');
  complain(text);
  process.exitCode = exitCode;
}
