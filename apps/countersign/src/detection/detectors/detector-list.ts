import { accountRaised } from './apps/account-elevated.ts';
import { consentRead } from './apps/consent-then-read.ts';
import { credentialUsed } from './apps/new-credential-used.ts';
import { appHabits } from './apps/unusual-app.ts';
import { displayName } from './mail/display-name-impersonation.ts';
import { phishing } from './mail/phishing.ts';
import { replyMismatch } from './mail/reply-to-mismatch.ts';
import { impossibleTravel } from './people/impossible-travel.ts';
import { sessionMoved } from './people/session-hijacking.ts';
import { volume } from './people/unusual-volume.ts';
import type { WindowDetector } from './windows/window-detector.ts';

/** All window detectors. Password spraying has a detector of its own. */
export const STREAM_DETECTORS: readonly WindowDetector[] = [
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
