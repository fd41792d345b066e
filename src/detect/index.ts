export {
  draftText,
  type FindingBody,
  type FindingMarkBody,
  findingBody,
  parseFinding,
  parseFindingMark,
} from './findings/body.ts';
export { type FindingEventOptions, findingEvent } from './findings/event.ts';
export {
  FAILED,
  type Failure,
  type FailureReport,
  failedDraft,
  failureOf,
} from './findings/failed.ts';
export { findingUid } from './findings/identity.ts';
export { incidentTitle, type StepNames } from './findings/incident-title.ts';
export { type Incident, incidentsNamed, incidentsOf, type Tie } from './findings/incidents.ts';
export { mergeDrafts } from './findings/merge.ts';
export { endOfItself } from './findings/of-itself.ts';
export { IN_PROGRESS, NEW, RESOLVED, SUPPRESSED, statusOf } from './findings/status.ts';
export { surroundingsOf } from './findings/surroundings.ts';
export { type ShownTie, shownTies } from './findings/tie-entries.ts';
export type { Entity, Surroundings } from './findings/ties.ts';
export {
  type ContentFile,
  type ContentFiles,
  type RuleContent,
  ruleContent,
  type Saying,
} from './rules/content.ts';
export { batches, byGroup, type GroupDay } from './rules/group-days.ts';
export { DAYS_TOGETHER_MAX } from './rules/limits.ts';
export { signalsInMemory } from './rules/memory-signals.ts';
export type { SignalPlan } from './rules/plan.ts';
export { RuleJudge, type SignalSource, type Throttled } from './rules/rule-judge.ts';
export { runRuleTests, type TestOutcome } from './rules/rule-tests.ts';
export { type Signal, Signaller } from './rules/signal.ts';
export { DAY_MS, SignalBuffer } from './rules/signal-buffer.ts';
export { isCutOfGroup, isThrottledOf, THROTTLED } from './rules/throttled.ts';
export { type LogName, SIGN_IN_LOGS, SUITE } from './sight/logs.ts';
export { type Asked, type Sight, sightOf } from './sight/sight.ts';
export {
  isFailureOf,
  isOfHandedIn,
  maySay,
  ruleWatchers,
  streamWatchers,
  type Watcher,
} from './sight/watcher.ts';
export { documentsToKeep, type KnownDocument, problemText } from './sigma/index.ts';
export {
  type Attempt,
  CAMPAIGN_GAP_MS,
  type Campaign,
  CUT_OFF,
  cutDraft,
  LIKELY_ROWS_MAX,
  LOOK_BACK_MS,
  lookWith,
  type SprayPeriod,
  STREAM_DETECTORS,
  type StreamDetector,
  type StreamScene,
  sprayFindings,
  sprayLook,
} from './stream/index.ts';
