import type { CompiledCorrelation, CompiledRule, RuleMeta } from '@countersign/sigma';
import { FAILED_MAPPING, shortfallOf } from '../../projection/signals/signal-plan.ts';
import type { FindingDraft, FindingSeverity } from '../../store/rows/finding.ts';
import type { WindowDetector } from '../detectors/windows/window-detector.ts';
import { failureOf } from '../findings/failure.ts';
import { ruleKey } from '../rules/compile-plan.ts';
import type { RuleContent } from '../rules/rule-content.ts';
import { customOf } from '../rules/rule-extension.ts';
import { severityOfLevel } from '../rules/rule-finding.ts';
import { LOGS, type LogName, logsOfSource, NEEDS } from './required-logs.ts';

/** A rule or detector, and the logs that it needs for its silence to mean something. */
export type DetectorProfile = {
  /** As findings name it; for a detector with several rules, the prefix before the slash. */
  readonly id: string;
  readonly title: string;
  readonly detector: string;
  /** The steps of a chain that its findings stand for, from first to last. */
  readonly steps?: readonly string[];
  readonly logs: readonly LogName[];
  /** The highest severity that it reports. Undefined: any. */
  readonly severityMax?: FindingSeverity;
  /** Its detector's name in findings about the detector itself. Default: its id. */
  readonly unit?: string;
};

/** The rules and correlations that alert. */
export function ruleProfiles({ set }: RuleContent, detector: string): DetectorProfile[] {
  const rules = set.rules.filter(({ alerts }) => alerts);
  const correlations = set.correlations.filter(({ alerts }) => alerts);
  return [
    ...rules.map(({ rule }) => profileOf(rule, detector, logsOfSource(rule.logsource))),
    ...correlations.map((compiled) =>
      profileOf(compiled.correlation, detector, logsOfParts(compiled, set)),
    ),
  ];
}

/** The window detectors, rule by rule. */
export function streamProfiles(
  detectors: readonly Pick<WindowDetector, 'rules' | 'title' | 'needs' | 'rulesNeed'>[],
  detector: string,
): DetectorProfile[] {
  return detectors.flatMap(({ rules, title, needs, rulesNeed = {} }) =>
    rules.map((id) => {
      const own = rulesNeed[id] ?? needs;
      return {
        id,
        title,
        unit: rules[0],
        detector,
        logs: own.flatMap((need) => NEEDS.get(need) ?? []),
      };
    }),
  );
}

/** Whether a finding reports its failure, alone or with its whole detector. */
export function isFailureOf(
  draft: FindingDraft,
  { id, unit = id, detector }: DetectorProfile,
): boolean {
  const failure = failureOf(draft);
  if (failure?.detector !== detector) return false;
  const failed = failure.unit;
  // No rule can match a record that has no mapping.
  if (failed === null || failed === FAILED_MAPPING) return true;
  return failed === unit || (shortfallOf(failed)?.stream ?? failed) === id;
}

/** Whether its silence is relevant for findings of this severity and above. */
export function maySay({ severityMax = 5 }: DetectorProfile, severityMin: number): boolean {
  return severityMax >= severityMin;
}

/**
 * Whether it needs only hand-delivered logs. It is blind in every collection and reports that
 * itself; an answer that waited for it would never be yes.
 */
export function isOfHandedIn({ logs }: DetectorProfile): boolean {
  return logs.some((name) => LOGS[name].isHandedIn === true);
}

function profileOf(
  document: RuleMeta,
  detector: string,
  fallback: readonly LogName[],
): DetectorProfile {
  const { id, name, title, level } = document;
  const logs = [...new Set(statedLogs(document) ?? fallback)];
  const severityMax = severityOfLevel(level);
  const { steps } = customOf(document).custom;
  return { id: ruleKey({ id, name, title }), title, detector, steps, logs, severityMax };
}

/** The logs that a Countersign rule states; undefined if it relies on its log source. */
function statedLogs(document: RuleMeta): readonly LogName[] | undefined {
  const { needs } = customOf(document).custom;
  return needs.length === 0 ? undefined : needs.flatMap((need) => NEEDS.get(need) ?? []);
}

type RuleSet = RuleContent['set'];

function logsOfParts({ parts }: CompiledCorrelation, set: RuleSet): LogName[] {
  return parts.flatMap((part): readonly LogName[] => {
    if (part.kind === 'correlation') {
      return logsOfParts(set.correlations[part.at] as CompiledCorrelation, set);
    }
    const { rule } = set.rules[part.at] as CompiledRule;
    return statedLogs(rule) ?? logsOfSource(rule.logsource);
  });
}
