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
  type Attempt,
  type Campaign,
  sprayCampaigns,
  sprayFindings,
} from './stream/index.ts';
