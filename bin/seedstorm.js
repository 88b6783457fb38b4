#!/usr/bin/env node
// The installed command. The program itself is the compiled code under dist/.
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('seedstorm is not built yet: run "npm run build" first');
  process.exit(2);
}
await import(main.href);
