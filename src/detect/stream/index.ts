export { CUT_OFF, cutDraft, lookWith, type StreamDetector, type StreamScene } from './detector.ts';
export { STREAM_DETECTORS } from './detectors.ts';
export { CAMPAIGN_GAP_MS, LIKELY_ROWS_MAX, LOOK_BACK_MS } from './limits.ts';
export { type Attempt, type Campaign, type SprayPeriod, sprayLook } from './spray.ts';
export { sprayFindings } from './spray-findings.ts';
