import { registerHooks } from 'node:module';

/** Loaded before a program: when it ends, its last line on standard error counts its modules. */
let count = 0;
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) count += 1;
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write(`modules: ${count}\n`));
