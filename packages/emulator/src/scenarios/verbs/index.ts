import { appLogin, guessSecret } from './apps.ts';
import {
  alert,
  bypassAudit,
  evict,
  removeDlpPolicy,
  resetPassword,
  risk,
  setAudit,
  wait,
} from './defense.ts';
import {
  addSecret,
  consent,
  createApp,
  createUser,
  grantAppRole,
  grantRole,
  registerDevice,
  registerMethod,
} from './directory.ts';
import { download, share, work } from './files.ts';
import {
  forwardMail,
  inboxRule,
  openMailbox,
  phish,
  readMail,
  sendMail,
  syncMail,
} from './mail.ts';
import { bruteForce, spray, spraySlowly } from './passwords.ts';
import {
  deviceCode,
  forgeSession,
  ownSession,
  proxyLogin,
  signIn,
  stealSession,
} from './sessions.ts';
import type { Verb } from './verb.ts';

/** All verbs of scenarios. */
export const VERBS: Readonly<Record<string, Verb>> = {
  wait,
  spray,
  'spray-slowly': spraySlowly,
  'brute-force': bruteForce,
  'sign-in': signIn,
  'own-session': ownSession,
  'steal-session': stealSession,
  'proxy-login': proxyLogin,
  'device-code': deviceCode,
  'forge-session': forgeSession,
  'add-secret': addSecret,
  'create-app': createApp,
  'create-user': createUser,
  consent,
  'grant-app-role': grantAppRole,
  'grant-role': grantRole,
  'register-method': registerMethod,
  'register-device': registerDevice,
  'app-login': appLogin,
  'guess-secret': guessSecret,
  'read-mail': readMail,
  'sync-mail': syncMail,
  'inbox-rule': inboxRule,
  'forward-mail': forwardMail,
  'open-mailbox': openMailbox,
  'send-mail': sendMail,
  phish,
  download,
  share,
  work,
  'set-audit': setAudit,
  'bypass-audit': bypassAudit,
  'remove-dlp-policy': removeDlpPolicy,
  risk,
  alert,
  'reset-password': resetPassword,
  evict,
};
