import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { applyMutant, type Mutant, programOf } from './find.ts';

/** Loaded before the tests: replaces one file of the program with its mutant. */
const { file, mutant } = JSON.parse(process.env['MUTANT'] ?? '{}') as {
  readonly file: string;
  readonly mutant: Mutant;
};
const mutatedUrl = pathToFileURL(file).href;

registerHooks({
  load(url, context, next) {
    if (url !== mutatedUrl) return next(url, context);
    const source = applyMutant(programOf(readFileSync(file, 'utf8')), mutant);
    return { format: 'module', source, shortCircuit: true };
  },
});
