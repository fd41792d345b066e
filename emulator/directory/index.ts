export {
  type Access,
  type AccessFacts,
  accessOf,
  accessRefusal,
  asksFor,
} from './access.ts';
export { type Change, ChangeRefused, type Circumstances, type Initiator } from './change.ts';
export type { ChangeEntry } from './change-log.ts';
export { Directory, type DirectoryOptions } from './directory.ts';
export type { Attempt, Effects, Refusal } from './effects.ts';
export { DELTA_TOKEN_MS } from './limits.ts';
export {
  type DirectoryObject,
  type DirectorySeed,
  type IdList,
  idList,
  type Kind,
  NO_IDS,
  NO_OBJECTS,
  type OwnedKind,
  type Relation,
  type SeedSet,
  SINGLETONS,
  seedSet,
} from './seed.ts';
export { type DirectoryState, type Placed, RESTORABLE } from './state.ts';
