// Plants the edits that its own address names, in a process that is started with `--import` of it.
import { register } from 'node:module';

const edits = JSON.parse(new URL(import.meta.url).searchParams.get('edits'));
register('./loader.mjs', import.meta.url, { data: { edits } });
