export { CUT_OFF, cutDraft, lookWith, type StreamDetector, type StreamScene } from './detector.ts';
export { STREAM_DETECTORS } from './detectors.ts';
export { CAMPAIGN_GAP_MS, LOOK_BACK_MS, SCORED_ROWS_MAX } from './limits.ts';
export { type Attempt, type Campaign, type SprayPeriod, sprayLooks } from './spray.ts';
export { sprayFindings } from './spray-findings.ts';
