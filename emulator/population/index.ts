export { hex8 } from '../random.ts';
export type { SetApart } from './canary.ts';
export { keyOf, mix, mixUnit, QuickRandom } from './hash.ts';
export { type IdKind, idOf, indexOf } from './ids.ts';
export {
  DEPARTMENTS,
  type Department,
  FOLDER_WORDS,
  GIVEN_NAMES,
  SUBJECT_WORDS,
  SURNAMES,
} from './names.ts';
export type { Application, Group, ServiceAccount, Site, Team } from './objects.ts';
export type { Device, Method, Person } from './person.ts';
export { computerObjectId, DEVICES_PER_PERSON } from './person.ts';
export {
  type Address,
  awayAddress,
  FAR_PLACES,
  farAddress,
  mobileAddress,
  neighborAddress,
  PLACES,
  type Place,
  serverAddress,
} from './places.ts';
export { Population } from './population.ts';
export type { Tenant } from './tenant.ts';
export type { Licence, Traits, Workplace } from './traits.ts';
