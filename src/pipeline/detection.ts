import { readdirSync, readFileSync, statSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ContentFile,
  type ContentFiles,
  type RuleContent,
  ruleContent,
  Signaller,
  type Watcher,
} from '../detect/index.ts';
import { AlarmJudge } from './alarm-judge.ts';
import { authorisationsOf } from './authorisations.ts';
import { ChecksJudge } from './checks-judge.ts';
import type { Judge } from './judge.ts';
import { RULE_FILES_MAX } from './limits.ts';
import { reconcileJudge } from './reconcile-judge.ts';
import { recallRules } from './rule-memory.ts';
import { sprayJudge } from './spray-judge.ts';
import { stateJudge } from './state-judge.ts';
import { streamJudge } from './stream-judge.ts';
import { sigmaJudge } from './watch-sigma.ts';

/** What judges the records of a data folder. */
export type Detection = {
  /** Asked in this order. */
  readonly judges: readonly Judge[];
  readonly content: RuleContent;
  /** All that is looked for: rules, and what the other judges have. */
  readonly watchers: readonly Watcher[];
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
  const judges = [
    new AlarmJudge(),
    new ChecksJudge(),
    reconcileJudge(authorisationsOf),
    stateJudge(),
    sprayJudge(),
    streamJudge(),
  ];
  return detectionOf(ruleContent(recallRules(readContent(folder), getCompileCacheDir())), judges);
}

export function detectionOf(content: RuleContent, more: readonly Judge[] = []): Detection {
  const judges = [sigmaJudge(content), ...more];
  return {
    judges,
    content,
    watchers: judges.flatMap(({ watches }) => watches),
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

/** The rules of a file, or of a folder; with our own pipelines where these have none. */
export function readRule(path: string): ContentFiles {
  if (statSync(path).isDirectory()) {
    const { rules, pipelines } = readContent(path);
    return { rules, pipelines: pipelines.length === 0 ? readContent().pipelines : pipelines };
  }
  const file = { path: basename(path), text: readFileSync(path, 'utf8') };
  return { rules: [file], pipelines: readContent().pipelines };
}
