/** Where people live. Offsets are those of winter; there is no daylight saving time here. */
export type Place = {
  readonly city: string;
  readonly state: string;
  readonly countryOrRegion: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly offsetMinutes: number;
  readonly timeZone: string;
};

function place(text: string, latitude: number, longitude: number): Place {
  const [city = '', state = '', countryOrRegion = '', timeZone = '', offset = '0'] =
    text.split('|');
  return {
    city,
    state,
    countryOrRegion,
    latitude,
    longitude,
    offsetMinutes: Number(offset),
    timeZone,
  };
}

export const PLACES: readonly Place[] = [
  place('Leeds|West Yorkshire|GB|Europe/London|0', 53.8, -1.55),
  place('Rotterdam|Zuid-Holland|NL|Europe/Amsterdam|60', 51.92, 4.48),
  place('Bremen|Bremen|DE|Europe/Berlin|60', 53.08, 8.8),
  place('Porto|Porto|PT|Europe/Lisbon|0', 41.15, -8.61),
  place('Columbus|Ohio|US|America/New_York|-300', 39.96, -83.0),
  place('Denver|Colorado|US|America/Denver|-420', 39.74, -104.99),
  place('Pune|Maharashtra|IN|Asia/Kolkata|330', 18.52, 73.86),
  place('Osaka|Osaka|JP|Asia/Tokyo|540', 34.69, 135.5),
  place('Curitiba|Parana|BR|America/Sao_Paulo|-180', -25.43, -49.27),
  place('Nairobi|Nairobi|KE|Africa/Nairobi|180', -1.29, 36.82),
];

/** Locations of attackers, where no employee lives. */
export const FAR_PLACES: readonly Place[] = [
  place('Tallinn|Harju|EE|Europe/Tallinn|120', 59.44, 24.75),
  place('Phoenix|Arizona|US|America/Phoenix|-420', 33.45, -112.07),
  place('Lyon|Rhone|FR|Europe/Paris|60', 45.76, 4.84),
  place('Manila|Metro Manila|PH|Asia/Manila|480', 14.6, 120.98),
  place('Toronto|Ontario|CA|America/Toronto|-300', 43.65, -79.38),
  place('Sofia|Sofia|BG|Europe/Sofia|120', 42.7, 23.32),
];

/** An address with its geolocation. */
export type Address = { readonly ip: string; readonly place: Place; readonly asn: number };

// Only unassigned addresses: RFC 5737 (documentation), RFC 6598 (shared), RFC 2544 (benchmarks),
// RFC 3849 (documentation, IPv6). AS numbers: RFC 5398.
const ASN = { office: 64496, home: 64497, mobile: 64498, vendor: 64499, far: 64500 } as const;

/** All people in an office share one address. */
export function officeAddress(placeIndex: number, place: Place): Address {
  return { ip: `198.51.100.${10 + placeIndex}`, place, asn: ASN.office };
}

/** One of four million: 100.64.0.0/10. */
export function homeAddress(bits: number, place: Place): Address {
  const ip = `100.${64 + ((bits >>> 16) & 63)}.${(bits >>> 8) & 255}.${1 + ((bits & 255) % 254)}`;
  return { ip, place, asn: ASN.home };
}

/** Another line of the same home carrier. */
export function neighborAddress({ ip, place, asn }: Address, bits: number): Address {
  const [first, second] = ip.split('.');
  const line = `${(bits >>> 8) & 255}.${1 + ((bits & 255) % 254)}`;
  return { ip: `${first}.${second}.${line}`, place, asn };
}

export function mobileAddress(bits: number, hour: number, place: Place): Address {
  const ip = `2001:db8:${(bits & 0xfff).toString(16)}:${(hour & 0xffff).toString(16)}::${(
    ((bits >>> 12) & 0xffff) | 1
  ).toString(16)}`;
  return { ip, place, asn: ASN.mobile };
}

/** Hotels and trains, away from home. */
export function awayAddress(bits: number, place: Place): Address {
  return { ip: `203.0.113.${1 + (bits % 120)}`, place, asn: ASN.mobile };
}

/** Servers of the vendor and of application providers. */
export function serverAddress(bits: number): Address {
  const home = PLACES[bits % 2 === 0 ? 1 : 4] as Place;
  return { ip: `192.0.2.${1 + (bits % 254)}`, place: home, asn: ASN.vendor };
}

/** A rented proxy: 198.18.0.0/15. New bits give a new address. */
export function farAddress(bits: number): Address {
  const ip = `198.${18 + ((bits >>> 16) & 1)}.${(bits >>> 8) & 255}.${1 + ((bits & 255) % 254)}`;
  return { ip, place: FAR_PLACES[(bits >>> 18) % FAR_PLACES.length] as Place, asn: ASN.far };
}
