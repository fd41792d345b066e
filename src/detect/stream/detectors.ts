import { accountRaised } from './account-raised.ts';
import { appHabits } from './app-habits.ts';
import { consentRead } from './consent-read.ts';
import { credentialUsed } from './credential-used.ts';
import type { StreamDetector } from './detector.ts';
import { displayName } from './display-name.ts';
import { impossibleTravel } from './impossible-travel.ts';
import { phishing } from './phishing.ts';
import { replyMismatch } from './reply-mismatch.ts';
import { sessionMoved } from './session-moved.ts';
import { volume } from './volume.ts';

/** All detectors that look at windows of events; sprays have a judge of their own. */
export const STREAM_DETECTORS: readonly StreamDetector[] = [
  credentialUsed,
  consentRead,
  accountRaised,
  sessionMoved,
  impossibleTravel,
  volume,
  appHabits,
  phishing,
  replyMismatch,
  displayName,
];
