import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/tree.js';
import { scenariosPage } from './scenarios-page.js';

writeFileSync(join(ROOT, 'docs', 'SCENARIOS.md'), scenariosPage());
