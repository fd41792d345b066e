import { SeededRandom } from '../core/seeded-random.ts';
import { type Ask, json, type Reply } from '../http/http-message.ts';
import { ActivityApiError } from './errors.ts';

const NAMES: readonly string[] = [
  'CreditCardNumber',
  'EUDebitCardNumber',
  'InternationalBankingAccountNumber(IBAN)',
  'IPAddress',
  'SWIFTCode',
  'UKNationalInsuranceNumber(NINO)',
  'USSocialSecurityNumber(SSN)',
];

/** The types whose ids DLP records contain, in one language only. */
export function sensitiveTypes(ask: Ask): Reply {
  const language = ask.headers['accept-language'];
  if (language?.includes(',')) throw new ActivityApiError('AF20053');
  if (language !== undefined && !/^(?:\*|[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)$/.test(language)) {
    throw new ActivityApiError('AF20054');
  }
  const random = new SeededRandom('sensitive information types');
  return json(
    200,
    NAMES.map((name) => ({ id: random.guid(), name })),
  );
}
