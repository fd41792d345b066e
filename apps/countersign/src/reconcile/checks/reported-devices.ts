import type { TenantId } from '@countersign/core';
import type { Directory, EntityAttributes, SourcedValue } from '@countersign/policy';
import type { ReportedSignIn } from './reported-sign-in.ts';

/** A directory overlaid with the device properties that the sign-in states. */
export class ReportedDevices implements Directory {
  readonly #directory: Directory;
  readonly #signIn: ReportedSignIn;

  constructor(directory: Directory, signIn: ReportedSignIn) {
    this.#directory = directory;
    this.#signIn = signIn;
  }

  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined {
    const facts = this.#directory.find(tenant, type, id);
    const { device, detail, timeMs } = this.#signIn;
    if (type !== 'Device' || id !== device || detail === undefined) return facts;
    const said: Readonly<Record<string, boolean | null>> = {
      compliant: detail.isCompliant,
      managed: detail.isManaged,
    };
    return {
      id: facts?.id ?? id,
      attribute: (name) => {
        const value = Object.hasOwn(said, name) ? said[name] : null;
        // The vendor's observation at that moment is more precise than the directory's.
        if (typeof value !== 'boolean') return facts?.attribute(name);
        return { value, source: 'sign-in record', seenMs: timeMs };
      },
      within: (into) => facts?.within(into),
    };
  }

  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined {
    return this.#directory.completeListing(tenant, type);
  }

  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined {
    return this.#directory.networks(tenant, address);
  }
}
