import type { Feed } from '../core/feed-record.ts';

/** Categories that a diagnostic setting of Entra and of Defender can export. */
export const CATEGORIES: readonly string[] = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'ManagedIdentitySignInLogs',
  'MicrosoftServicePrincipalSignInLogs',
  'ADFSSignInLogs',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
  'RiskyUsers',
  'UserRiskEvents',
  'RiskyServicePrincipals',
  'ServicePrincipalRiskEvents',
  'EmailEvents',
  'EmailAttachmentInfo',
  'EmailUrlInfo',
  'EmailPostDeliveryEvents',
];

export function feedOf(category: string): Feed {
  return `azure/${category}`;
}

/** Defender's hunting tables, which records name `AdvancedHunting-EmailEvents`. */
const HUNTED = /^Email/;

/** The container and event hub of a category. */
export function containerOf(category: string): string {
  const prefix = HUNTED.test(category) ? 'advancedhunting-' : '';
  return `insights-logs-${prefix}${category.toLowerCase()}`;
}

export function categoryOf(container: string): string | undefined {
  return CATEGORIES.find((category) => containerOf(category) === container);
}
