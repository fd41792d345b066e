import type { BrowserVisit } from '@countersign/emulator';
import { EAM_PATHS } from '../../enforcement/eam/eam-metadata.ts';
import { type BrowserAgents, type Page, PersonBrowser, readPage } from './person-browser.ts';
import { SoftwarePasskey } from './software-passkey.ts';

/** Gets the enrollment code of a person's first passkey, as an administrator does. */
type InvitePerson = (visit: Pick<BrowserVisit, 'person' | 'tenantId'>) => Promise<string>;

/**
 * The people of the company in front of their browsers. Each signs in at Entra, is sent to the
 * external method, registers a passkey the first time, and uses it from then on.
 */
export class PasskeyHolders {
  readonly #agents: BrowserAgents;
  readonly #invite: InvitePerson;
  readonly #passkeys = new Map<string, SoftwarePasskey>();

  constructor(agents: BrowserAgents, invite: InvitePerson) {
    this.#agents = agents;
    this.#invite = invite;
  }

  /** The number of people with a passkey. */
  get count(): number {
    return this.#passkeys.size;
  }

  async signIn(visit: BrowserVisit): Promise<void> {
    const browser = new PersonBrowser(this.#agents, visit.address);
    let page = await browser.follow(await browser.open(visit.url));
    // Entra let the person in, or refused them, without the external method.
    if (readPage(page.text).options === undefined) return;
    if (!this.#passkeys.has(visit.person)) page = await this.#enroll(browser, page, visit);
    const passkey = this.#passkeys.get(visit.person);
    if (passkey === undefined) return;
    const { fields, options = {} } = readPage(page.text);
    const credential = passkey.get(options, page.url.origin);
    const posted = { token: fields['token'] ?? '', credential };
    await browser.follow(await browser.post(page, { action: EAM_PATHS.passkey, fields: posted }));
  }

  /** Leads to the page that asks for the new passkey. */
  async #enroll(browser: PersonBrowser, page: Page, visit: BrowserVisit): Promise<Page> {
    const code = await this.#invite(visit);
    const token = (of: Page): string => readPage(of.text).fields['token'] ?? '';
    const invited = { token: token(page), code };
    const next = await browser.post(page, { action: EAM_PATHS.enroll, fields: invited });
    const passkey = new SoftwarePasskey();
    const credential = passkey.create(readPage(next.text).options ?? {}, next.url.origin);
    const made = { token: token(next), credential };
    const asked = await browser.post(next, { action: EAM_PATHS.register, fields: made });
    this.#passkeys.set(visit.person, passkey);
    return asked;
  }
}
