import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ContentFile,
  type ContentFiles,
  type RuleContent,
  ruleContent,
  Signaller,
} from '../detect/index.ts';
import { authorisationsOf } from './authorisations.ts';
import { ChecksJudge } from './checks-judge.ts';
import type { Judge } from './judge.ts';
import { RULE_FILES_MAX } from './limits.ts';
import { reconcileJudge } from './reconcile-judge.ts';
import { sprayJudge } from './spray-judge.ts';
import { streamJudge } from './stream-judge.ts';
import { sigmaJudge } from './watch-sigma.ts';

/** What judges the records of a data folder. */
export type Detection = {
  /** Asked in this order. */
  readonly judges: readonly Judge[];
  readonly content: RuleContent;
  /** JSON of the plan by which threads find signals. */
  readonly planText: string;
  /** For this thread. */
  readonly signaller: Signaller;
};

/**
 * All judges that there are. Whoever adds one puts it here; what it needs of the machine comes in
 * as an argument.
 */
export async function loadDetection(folder: string = RULES_FOLDER): Promise<Detection> {
  const judges = [new ChecksJudge(), reconcileJudge(authorisationsOf), sprayJudge(), streamJudge()];
  return detectionOf(ruleContent(readContent(folder)), judges);
}

export function detectionOf(content: RuleContent, more: readonly Judge[] = []): Detection {
  return {
    judges: [sigmaJudge(content), ...more],
    content,
    planText: JSON.stringify(content.plan),
    signaller: new Signaller(content.plan),
  };
}

/** The rules that come with the program, in a clone and in the published package. */
const RULES_FOLDER: string = fileURLToPath(new URL('../../content/sigma', import.meta.url));

/** All rules of a folder, and the pipelines in its folder `pipelines`; in order of their names. */
export function readContent(folder: string = RULES_FOLDER): ContentFiles {
  const rules: ContentFile[] = [];
  const pipelines: ContentFile[] = [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/i.test(name))
    .sort()
    .slice(0, RULE_FILES_MAX);
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    const file = { path: relative(folder, join(folder, name)), text };
    if (/^pipelines[\\/]/.test(name)) pipelines.push(file);
    else rules.push(file);
  }
  return { rules, pipelines };
}
