import { ChangeRefused } from '../../directory/model/directory-change.ts';
import { FilterError } from '../odata/filter-syntax.ts';
import { badRequest, GraphError, notFound } from './graph-error.ts';

/** What a client caused, as Graph says it; undefined for a defect of ours. */
export function refusalReply(error: unknown): GraphError | undefined {
  if (error instanceof GraphError) return error;
  if (error instanceof FilterError) return badRequest(error.message, 'BadRequest');
  if (!(error instanceof ChangeRefused)) return undefined;
  switch (error.code) {
    case 'not-found': {
      const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
      return notFound(named);
    }
    case 'bad-request':
      return badRequest(error.message);
    case 'conflict':
      return new GraphError(409, 'Request_MultipleObjectsWithSameKeyValue', error.message);
  }
}
