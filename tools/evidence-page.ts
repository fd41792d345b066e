import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { pageSource } from '../apps/console/src/evidence-page/page-shell.ts';
import { ROOT } from './testing/process.ts';

const ENTRY = 'apps/console/src/evidence-page/main.ts';

/**
 * The page around exported evidence, without evidence: its program is bundled into it. It is part
 * of the repository, because an installed product has no bundler, and so that a reader can compare.
 */
export async function evidencePageText(): Promise<string> {
  return pageSource({ data: '', code: program() });
}

function program(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, ENTRY)],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    minify: true,
    // A line break in a template would stay one, and CR and LF are the same in HTML.
    supported: { 'template-literal': false },
    charset: 'ascii',
    legalComments: 'inline',
    write: false,
  });
  const code = (outputFiles[0]?.text ?? '').trim().replaceAll('\n', ' ');
  if (/<\/script|<!--|[^ -~]/i.test(code)) throw new Error('the program would end its own element');
  return code;
}
