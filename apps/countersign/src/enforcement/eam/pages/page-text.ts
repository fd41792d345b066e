import type { Language } from '../../http/page-language.ts';

/**
 * The reason of a refusal, in as much detail as the page shows.
 * - `unproven`          no passkey. The page reveals nothing, not even whether the account is known
 * - `denied`, `unknown` the policies' result after a passkey
 * - `unavailable`       no decision was possible, or its entry could not be written
 * - `over`              the attempt expired, or belongs to another window
 * - `no-request`        not a request from Entra
 */
export type Refusal = 'unproven' | 'denied' | 'unknown' | 'unavailable' | 'over' | 'no-request';

/** An additional message on a page. */
export type Notice = 'try-again' | 'bad-code' | 'not-registered' | 'now-use-it';

export type PageTexts = {
  readonly confirmTitle: string;
  readonly confirmText: string;
  readonly confirmButton: string;
  readonly codeSummary: string;
  readonly codeText: string;
  readonly codeLabel: string;
  readonly codeButton: string;
  readonly refuseButton: string;
  readonly registerTitle: string;
  readonly registerText: string;
  readonly registerButton: string;
  readonly notices: Readonly<Record<Notice, string>>;
  readonly failed: string;
  readonly unsupported: string;
  readonly needsScript: string;
  readonly refusedTitle: string;
  readonly reasons: Readonly<Record<Refusal, string>>;
  readonly referenceText: string;
  readonly backButton: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly doneButton: string;
};

const ENGLISH: PageTexts = {
  confirmTitle: 'Confirm that it is you',
  confirmText: 'Use the passkey that you registered with your company.',
  confirmButton: 'Use passkey',
  codeSummary: 'I have an enrollment code',
  codeText: 'Your administrator gave you this code to register a passkey on this device.',
  codeLabel: 'Enrollment code',
  codeButton: 'Register a passkey',
  refuseButton: 'I cannot use a passkey now',
  registerTitle: 'Register a passkey',
  registerText:
    'Your device asks for your fingerprint, face or PIN. From now on, use it to confirm that it ' +
    'is you.',
  registerButton: 'Register passkey',
  notices: {
    'try-again': 'That did not work. Try again with the passkey that you registered here.',
    'bad-code':
      'This code is wrong, used or expired. Check it, or ask your administrator for a new one.',
    'not-registered':
      'The passkey was not registered. Your company may not allow this kind of device or key.',
    'now-use-it': 'Your passkey is registered. Use it now to continue.',
  },
  failed: 'The passkey could not be used, or you canceled. You can try again.',
  unsupported: 'This browser cannot use passkeys. Open the page in another browser.',
  needsScript: 'This page needs JavaScript. Turn it on to use your passkey.',
  refusedTitle: 'You cannot sign in',
  reasons: {
    unproven: 'You did not confirm your identity with a registered passkey.',
    denied: 'Your company’s policy does not allow this sign-in.',
    unknown: 'We cannot tell whether your company’s policy allows this sign-in.',
    unavailable: 'Your company’s policy service is not available. Try again in a few minutes.',
    over:
      'This sign-in expired or continues in another window. Go back to your app and start ' +
      'again.',
    'no-request': 'This page was not opened by a sign-in. Go back to your app and start again.',
  },
  referenceText: 'If you need access for your work, give this reference to your help desk:',
  backButton: 'Back to the sign-in page',
  doneTitle: 'You are being signed in',
  doneText: 'This takes a moment.',
  doneButton: 'Continue',
};

const GERMAN: PageTexts = {
  confirmTitle: 'Bestätigen Sie, dass Sie es sind',
  confirmText: 'Verwenden Sie den Passkey, den Sie bei Ihrem Unternehmen registriert haben.',
  confirmButton: 'Passkey verwenden',
  codeSummary: 'Ich habe einen Registrierungscode',
  codeText:
    'Sie haben ihn von Ihrer Administration bekommen, um auf diesem Gerät einen Passkey zu ' +
    'registrieren.',
  codeLabel: 'Registrierungscode',
  codeButton: 'Passkey registrieren',
  refuseButton: 'Ich kann gerade keinen Passkey verwenden',
  registerTitle: 'Passkey registrieren',
  registerText:
    'Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN. Von nun an bestätigen Sie damit, dass ' +
    'Sie es sind.',
  registerButton: 'Passkey registrieren',
  notices: {
    'try-again':
      'Das hat nicht geklappt. Versuchen Sie es noch einmal, mit dem Passkey, den Sie hier ' +
      'registriert haben.',
    'bad-code':
      'Dieser Code stimmt nicht, oder er ist verbraucht oder abgelaufen. Prüfen Sie ihn, oder ' +
      'lassen Sie sich einen neuen geben.',
    'not-registered':
      'Der Passkey wurde nicht registriert. Vielleicht erlaubt Ihr Unternehmen diese Art von ' +
      'Gerät oder Schlüssel nicht.',
    'now-use-it': 'Ihr Passkey ist registriert. Verwenden Sie ihn jetzt, um fortzufahren.',
  },
  failed:
    'Der Passkey ließ sich nicht verwenden, oder Sie haben abgebrochen. Sie können es noch ' +
    'einmal versuchen.',
  unsupported:
    'Dieser Browser kann keine Passkeys verwenden. Öffnen Sie die Seite in einem anderen Browser.',
  needsScript: 'Diese Seite braucht JavaScript: Ohne lassen sich Passkeys nicht verwenden.',
  refusedTitle: 'Sie können sich nicht anmelden',
  reasons: {
    unproven: 'Sie haben nicht mit einem registrierten Passkey bestätigt, dass Sie es sind.',
    denied: 'Die Regeln Ihres Unternehmens erlauben diese Anmeldung nicht.',
    unknown:
      'Es ließ sich nicht feststellen, ob die Regeln Ihres Unternehmens diese Anmeldung erlauben.',
    unavailable:
      'Die Regeln Ihres Unternehmens ließen sich nicht abfragen. Versuchen Sie es in einigen ' +
      'Minuten wieder.',
    over:
      'Diese Anmeldung ist abgelaufen, oder sie läuft in einem anderen Fenster. Beginnen Sie ' +
      'dort noch einmal, woher Sie gekommen sind.',
    'no-request':
      'Diese Seite wurde nicht durch eine Anmeldung geöffnet. Beginnen Sie dort noch einmal, ' +
      'woher Sie gekommen sind.',
  },
  referenceText:
    'Wenn Sie den Zugang für Ihre Arbeit brauchen, nennen Sie Ihrem Helpdesk diese Referenz:',
  backButton: 'Zurück zur Anmeldeseite',
  doneTitle: 'Sie werden angemeldet',
  doneText: 'Das dauert einen Moment.',
  doneButton: 'Weiter',
};

export const PAGE_TEXTS: Readonly<Record<Language, PageTexts>> = { en: ENGLISH, de: GERMAN };
