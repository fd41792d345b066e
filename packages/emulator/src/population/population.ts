import { type SetApart, setApartOf } from './canary-resources.ts';
import { DEPARTMENTS } from './names.ts';
import { indexOf } from './object-ids.ts';
import { indexOfUpn, type Person, personOf } from './person.ts';
import { type Traits, traitsOf } from './person-traits.ts';
import { mix } from './quick-random.ts';
import { type Tenant, type TenantOptions, tenantOf } from './tenant.ts';
import {
  APPLICATION_COUNT,
  type Application,
  applicationOf,
  driveOf,
  type Group,
  groupOf,
  SERVICE_ACCOUNT_COUNT,
  type ServiceAccount,
  type Site,
  serviceAccountOf,
} from './tenant-objects.ts';

/** More people than Microsoft 365's largest customers have. Act keys have 20 bits for them. */
const PEOPLE_MAX = 1_000_000;
/** Cached people: enough for a working hour of a small company. */
const PEOPLE_KEPT = 4096;
/** Average number of people per project. */
const PROJECT_SIZE = 25;

/**
 * The people and objects of one tenant. Each is derived from the seed and its number on demand, so
 * a million people take no more memory than ten.
 */
export class Population {
  readonly tenant: Tenant;
  readonly size: number;
  readonly groupCount: number;
  readonly applicationCount: number = APPLICATION_COUNT;
  readonly serviceAccountCount: number;
  readonly #diligence: number;
  readonly #kept: (Person | undefined)[] = new Array(PEOPLE_KEPT);

  constructor(options: TenantOptions & { readonly size: number; readonly diligence?: number }) {
    if (!Number.isInteger(options.size) || options.size < 10 || options.size > PEOPLE_MAX) {
      throw new RangeError(`a population has 10 to ${PEOPLE_MAX} people, not ${options.size}`);
    }
    this.tenant = tenantOf(options);
    this.size = options.size;
    this.serviceAccountCount = this.tenant.isGoverned ? 0 : SERVICE_ACCOUNT_COUNT;
    this.#diligence = options.diligence ?? 1;
    if (!(this.#diligence > 0 && this.#diligence <= 1)) {
      throw new RangeError(`diligence is above 0 and at most 1, not ${this.#diligence}`);
    }
    this.groupCount = DEPARTMENTS.length + Math.ceil(options.size / PROJECT_SIZE);
  }

  person(index: number): Person {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`the population of ${this.size} has no person ${index}`);
    }
    const kept = this.#kept[index % PEOPLE_KEPT];
    if (kept?.index === index) return kept;
    const person = personOf(this.tenant, index);
    this.#kept[index % PEOPLE_KEPT] = person;
    return person;
  }

  /** The traits that shape a person's day; much cheaper than the whole person. */
  traits(index: number): Traits {
    const traits = traitsOf(this.tenant.key, index);
    if (this.#diligence === 1) return traits;
    return { ...traits, diligence: traits.diligence * this.#diligence };
  }

  personByObjectId(objectId: string): Person | undefined {
    return this.#known(indexOf(this.tenant.key, 'user', objectId));
  }

  personByUpn(upn: string): Person | undefined {
    return this.#known(indexOfUpn(this.tenant, upn));
  }

  group(index: number): Group {
    return groupOf(this.tenant, index);
  }

  /** The department first, then up to two projects. */
  groupsOf(person: Pick<Person, 'index' | 'department'>): readonly number[] {
    const projects = this.groupCount - DEPARTMENTS.length;
    const draw = (salt: number): number =>
      DEPARTMENTS.length + (mix(this.tenant.key, person.index, salt) % projects);
    const [first, second] = [draw(30), draw(31)];
    return [DEPARTMENTS.indexOf(person.department), first, ...(first === second ? [] : [second])];
  }

  application(index: number): Application {
    return applicationOf(this.tenant, index);
  }

  serviceAccount(index: number): ServiceAccount {
    return serviceAccountOf(this.tenant, index);
  }

  /** Objects reserved for canaries. */
  get setApart(): SetApart {
    return setApartOf(this.tenant);
  }

  driveOf(person: Person): Site {
    return driveOf(this.tenant, person);
  }

  #known(index: number | undefined): Person | undefined {
    return index === undefined || index >= this.size ? undefined : this.person(index);
  }
}
