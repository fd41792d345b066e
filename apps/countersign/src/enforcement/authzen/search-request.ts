import type { Party, Properties } from '@countersign/policy';
import { malformedRequest } from '../http/endpoint-error.ts';
import { given, isObject, type Json } from '../http/i-json.ts';
import { type Action, actionOf, contextOf, partyOf, subjectOf } from './evaluation.ts';
import { SEARCH_PAGE_DEFAULT } from './limits.ts';
import { type Page, tokenOf } from './page-token.ts';

/** AuthZEN 1.0 section 8: a question with one part left open. */
export type Question =
  | {
      readonly searched: 'subject';
      readonly subject: Omit<Party, 'id'>;
      readonly action: Action;
      readonly resource: Party;
      readonly context: Properties;
    }
  | {
      readonly searched: 'resource';
      readonly subject: Party;
      readonly action: Action;
      readonly resource: Omit<Party, 'id'>;
      readonly context: Properties;
    }
  | {
      readonly searched: 'action';
      readonly subject: Party;
      readonly resource: Party;
      readonly context: Properties;
    };

export type SearchSubject = Question['searched'];

export type Search = { readonly question: Question; readonly page: Page };

/** @throws EndpointError MALFORMED, OTHER_PAGE */
export function searchOf(searched: SearchSubject, message: Json): Search {
  const question = questionOf(searched, message);
  return { question, page: pageOf(message, question) };
}

function questionOf(searched: SearchSubject, message: Json): Question {
  const context = contextOf(message);
  switch (searched) {
    case 'subject':
      return {
        searched,
        subject: subjectOf(given(message, 'subject'), 'subject'),
        action: actionOf(given(message, 'action')),
        resource: partyOf(given(message, 'resource'), 'resource'),
        context,
      };
    case 'resource':
      return {
        searched,
        subject: partyOf(given(message, 'subject'), 'subject'),
        action: actionOf(given(message, 'action')),
        resource: subjectOf(given(message, 'resource'), 'resource'),
        context,
      };
    case 'action':
      return {
        searched,
        subject: partyOf(given(message, 'subject'), 'subject'),
        resource: partyOf(given(message, 'resource'), 'resource'),
        context,
      };
  }
}

/** The specification's example of a second page has no limit; then the default applies (8.2). */
function pageOf(message: Json, question: Question): Page {
  const page = given(message, 'page') ?? {};
  if (!isObject(page)) throw malformedRequest('page is not an object');
  const limit = given(page, 'limit') ?? SEARCH_PAGE_DEFAULT;
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 0) {
    throw malformedRequest('page.limit is not a whole number of 0 or more');
  }
  const token = given(page, 'token') ?? '';
  if (typeof token !== 'string') throw malformedRequest('page.token is not a string');
  return { limit, after: token === '' ? undefined : tokenOf(token, question) };
}
