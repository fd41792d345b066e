export { type Attempt, type Campaign, sprayCampaigns } from './spray.ts';
export { sprayFindings } from './spray-findings.ts';
