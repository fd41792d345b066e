/** The kind of a file by its first bytes, regardless of its name. */
const MARKS: readonly (readonly [kind: string, at: number, mark: string])[] = [
  ['exe', 0, 'MZ'],
  ['elf', 0, '\x7fELF'],
  ['pdf', 0, '%PDF-'],
  ['ole', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['rtf', 0, '{\\rtf'],
  ['lnk', 0, 'L\0\0\0\x01\x14\x02\0'],
  ['chm', 0, 'ITSF'],
  ['one', 0, '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['rar', 0, 'Rar!\x1a\x07'],
  ['cab', 0, 'MSCF'],
  ['gzip', 0, '\x1f\x8b'],
  ['vhdx', 0, 'vhdxfile'],
  ['vhd', 0, 'conectix'],
  ['iso', 32_769, 'CD001'],
  ['png', 0, '\x89PNG\r\n'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
];

export function kindOf(start: Buffer): string | undefined {
  const bytes = start.toString('latin1');
  const known = MARKS.find(([, at, mark]) => bytes.startsWith(mark, at));
  if (known !== undefined) return known[0];
  if (bytes.startsWith('PK\x03\x04')) {
    return bytes.slice(0, 512).includes('[Content_Types].xml') ? 'office' : 'zip';
  }
  const text = (bytes.startsWith('\xff\xfe') ? start.toString('utf16le') : bytes)
    .slice(0, 4096)
    .toLowerCase();
  if (
    /^\W*(?:screen mode id:i:|full address:s:)|\n(?:full address|gatewayhostname):s:/.test(text)
  ) {
    return 'rdp';
  }
  if (/<svg[\s>]/.test(text)) return 'svg';
  return /<(?:!doctype html|html|script)[\s>]/.test(text) ? 'html' : undefined;
}
