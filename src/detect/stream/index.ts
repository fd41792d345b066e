export { cutDraft, lookWith, type StreamDetector, type StreamScene } from './detector.ts';
export { STREAM_DETECTORS } from './detectors.ts';
export { CAMPAIGN_GAP_MS, HISTORY_MS } from './limits.ts';
export { type Attempt, type Campaign, sprayCampaigns } from './spray.ts';
export { sprayFindings } from './spray-findings.ts';
