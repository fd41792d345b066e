import { readdirSync, readFileSync, statSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { basename, join, relative } from 'node:path';
import { contentFolder } from '../../config/installed-package.ts';
import { sprayDetector } from '../../detection/detectors/spray/spray-detector.ts';
import { streamDetector } from '../../detection/detectors/window-detector-runner.ts';
import { recallRules } from '../../detection/rules/rule-cache.ts';
import {
  type ContentFile,
  type ContentFiles,
  type RuleContent,
  ruleContent,
} from '../../detection/rules/rule-content.ts';
import { sigmaDetector } from '../../detection/rules/sigma-detector.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';

import type { SignalSource } from '../../projection/ledger-writer.ts';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import { reconcileDetector } from '../../reconcile/actions/action-detector.ts';
import { authorizationsOf } from '../../reconcile/actions/authorization-source.ts';
import { AlarmDetector } from '../../reconcile/checks/alarm-detector.ts';
import { CheckDetector } from '../../reconcile/checks/check-detector.ts';
import { stateDetector } from '../../reconcile/directory-drift/drift-detector.ts';

/** Maximum of rule files in one folder. */
const RULE_FILES_MAX = 20_000;

/** The detectors of a data folder. */
export type DetectorSet = SignalSource & {
  /** Run in this order. */
  readonly detectors: readonly Detector[];
  readonly content: RuleContent;
  /** All detectors and rules, with their titles. */
  readonly profiles: readonly DetectorProfile[];
};

/** The list of all detectors. Add a new one here; its dependencies on the machine are arguments. */
export async function loadDetection(folder: string = rulesFolder()): Promise<DetectorSet> {
  const detectors = [
    new AlarmDetector(),
    new CheckDetector(),
    reconcileDetector(authorizationsOf),
    stateDetector(),
    sprayDetector(),
    streamDetector(),
  ];
  return detectionOf(
    ruleContent(recallRules(readContent(folder), getCompileCacheDir())),
    detectors,
  );
}

/** Rules and detectors, without what they match by. */
export async function loadProfiles(): Promise<readonly DetectorProfile[]> {
  return (await loadDetection()).profiles;
}

export function detectionOf(content: RuleContent, more: readonly Detector[] = []): DetectorSet {
  const detectors = [sigmaDetector(content), ...more];
  return {
    detectors,
    content,
    profiles: detectors.flatMap(({ profiles }) => profiles),
    planText: JSON.stringify(content.plan),
    planHash: content.plan.hash,
    extractor: new SignalExtractor(content.plan),
  };
}

/** The rules that ship with the program. */
function rulesFolder(): string {
  return join(contentFolder(), 'sigma');
}

/** All rules of a folder and the pipelines in its folder `pipelines`, in order of their names. */
export function readContent(folder: string = rulesFolder()): ContentFiles {
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

/** The rules of a file or folder; with our own pipelines if these have none. */
export function readRule(path: string): ContentFiles {
  if (statSync(path).isDirectory()) {
    const { rules, pipelines } = readContent(path);
    return { rules, pipelines: pipelines.length === 0 ? readContent().pipelines : pipelines };
  }
  const file = { path: basename(path), text: readFileSync(path, 'utf8') };
  return { rules: [file], pipelines: readContent().pipelines };
}
