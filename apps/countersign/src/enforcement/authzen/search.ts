import type { TenantId } from '@countersign/core';
import { type DecisionRequest, ENFORCEMENT_POINTS, schemaTypeOf } from '@countersign/policy';
import { type Caller, mayAsk, statedIds } from '../callers/caller.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import { type Candidates, inTurn } from '../decisions/search-candidates.ts';
import { SEARCH_CANDIDATES_MAX } from './limits.ts';
import { tokenFor } from './page-token.ts';
import type { Question, Search } from './search-request.ts';

export type SearchPage = {
  readonly results: readonly object[];
  readonly page: { readonly next_token: string; readonly count: number };
};

/**
 * Evaluates the policies for each candidate. A page examines a fixed number of candidates, so it
 * may be short or empty although another one follows.
 */
export async function search(
  { question, page }: Search,
  caller: Caller & { readonly enforcementPoint: string },
  world: { readonly deciding: DecisionQueue; readonly candidates: Candidates },
): Promise<SearchPage> {
  const { deciding } = world;
  const looked = candidatesOf(question, caller, world, page.after);
  const results: object[] = [];
  let last = page.after;
  let seen = 0;
  if (page.limit > 0 && looked.length > 0) {
    await deciding.inTurns(caller, looked.length, (from, to) => {
      for (const id of looked.slice(from, to)) {
        const { request, result } = asked(question, caller, id);
        last = id;
        seen += 1;
        // Skip resources of other callers without evaluating them.
        if (!mayAsk(caller, request.resource)) continue;
        if (deciding.point.evaluate(request).effect === 'permit') results.push(result);
        if (results.length >= page.limit) return 'stop';
      }
      return 'on';
    });
  }
  const isEnd = seen === looked.length && looked.length < SEARCH_CANDIDATES_MAX;
  const next = isEnd && page.limit > 0 ? '' : tokenFor(question, last ?? '');
  return { results, page: { next_token: next, count: results.length } };
}

function candidatesOf(
  question: Question,
  caller: Caller & { readonly enforcementPoint: string },
  { deciding, candidates }: { readonly deciding: DecisionQueue; readonly candidates: Candidates },
  after: string | undefined,
): readonly string[] {
  const { schema, points } = deciding.point.policies;
  const range = { after, count: SEARCH_CANDIDATES_MAX };
  const point =
    points.get(caller.enforcementPoint) ?? ENFORCEMENT_POINTS.get(caller.enforcementPoint);
  const typeOf = (type: string): string | undefined =>
    point === undefined ? undefined : schemaTypeOf(point, type, schema.entities);
  const known: Candidates['list'] = (...asked) => candidates.list(...asked);
  const { tenant } = caller;
  switch (question.searched) {
    case 'subject':
      return inTurn([], known, { tenant, type: typeOf(question.subject.type) }, range);
    case 'resource': {
      const { type } = question.resource;
      return inTurn(statedIds(caller, type), known, { tenant, type: typeOf(type) }, range);
    }
    case 'action': {
      const [principal, resource] = [typeOf(question.subject.type), typeOf(question.resource.type)];
      if (principal === undefined || resource === undefined) return [];
      const fits = [...schema.actions].filter(
        ([, shape]) => shape.principals.includes(principal) && shape.resources.includes(resource),
      );
      const names = fits.map(([name]) => name).sort();
      return inTurn(names, () => [], { tenant, type: undefined }, range);
    }
  }
}

function asked(
  question: Question,
  { enforcementPoint, tenant }: { readonly enforcementPoint: string; readonly tenant: TenantId },
  id: string,
): { readonly request: DecisionRequest; readonly result: object } {
  const { context } = question;
  switch (question.searched) {
    case 'subject': {
      const { action, resource } = question;
      const subject = { ...question.subject, id };
      const request = { enforcementPoint, tenant, subject, action, resource, context };
      return { request, result: { type: subject.type, id } };
    }
    case 'resource': {
      const { action, subject } = question;
      const resource = { ...question.resource, id };
      const request = { enforcementPoint, tenant, subject, action, resource, context };
      return { request, result: { type: resource.type, id } };
    }
    case 'action': {
      const { subject, resource } = question;
      const request = {
        enforcementPoint,
        tenant,
        subject,
        action: { name: id },
        resource,
        context,
      };
      return { request, result: { name: id } };
    }
  }
}
