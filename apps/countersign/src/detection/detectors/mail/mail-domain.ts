/** Mail providers that give addresses to anyone without a check of the name. */
const FREE: ReadonlySet<string> = new Set(
  `
  aol.com bluewin.ch email.com fastmail.com free.fr freenet.de gmail.com googlemail.com hey.com
  icloud.com inbox.lv keemail.me laposte.net libero.it mac.com mail.com mail.ru mailbox.org me.com
  msn.com naver.com o2.pl onet.pl orange.fr pm.me posteo.de proton.me protonmail.com qq.com
  rediffmail.com rocketmail.com seznam.cz t-online.de tuta.com tuta.io tutamail.com tutanota.com
  usa.com web.de wp.pl ymail.com zoho.com zohomail.com 126.com 163.com
  `
    .trim()
    .split(/\s+/),
);

/** Providers with a domain in each country. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  ...['gmx', 'hotmail', 'live', 'outlook', 'yahoo', 'yandex'],
]);

export function isFreeMail(domain: string): boolean {
  const site = siteOf(domain);
  return FREE.has(site) || EVERYWHERE.has(site.split('.')[0] ?? '');
}

/** The registered domain: two labels, or three below `co.uk` and similar suffixes. */
export function siteOf(domain: string): string {
  const labels = domain.toLowerCase().split('.');
  const isDeep = labels.length > 2 && (labels.at(-2) ?? '').length <= 3;
  return labels.slice(isDeep ? -3 : -2).join('.');
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
