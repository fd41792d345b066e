export {
  draftText,
  type FindingBody,
  type FindingMarkBody,
  findingBody,
  parseFinding,
  parseFindingMark,
} from './findings/body.ts';
export { type FindingEventOptions, findingEvent } from './findings/event.ts';
export { findingUid } from './findings/identity.ts';
export { IN_PROGRESS, NEW, RESOLVED, SUPPRESSED, statusOf } from './findings/status.ts';
export {
  type ContentFile,
  type ContentFiles,
  type RuleContent,
  ruleContent,
  type Saying,
} from './rules/content.ts';
export type { SignalPlan } from './rules/plan.ts';
export { type GroupDay, RuleJudge, type SignalSource } from './rules/rule-judge.ts';
export { runRuleTests, type TestOutcome } from './rules/rule-tests.ts';
export { type Signal, Signaller } from './rules/signal.ts';
export { DAY_MS, SignalBuffer } from './rules/signal-buffer.ts';
export { problemText } from './sigma/index.ts';
export {
  type Attempt,
  type Campaign,
  HISTORY_MS,
  STREAM_DETECTORS,
  type StreamDetector,
  type StreamScene,
  sprayCampaigns,
  sprayFindings,
} from './stream/index.ts';
