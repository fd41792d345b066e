export const GIVEN_NAMES: readonly string[] = (
  'Ada Aleksander Amara Anneke Anton Asha Astrid Bea Benedikt Bram Callum Carmen Clara Cosmo ' +
  'Daria Desmond Dilys Edda Elif Emeka Enzo Esme Ewan Farid Fenna Fergus Fiona Freya Gareth ' +
  'Gita Greta Gustav Hana Harriet Hugo Ilse Imani Ines Iskra Ivo Jamal Joanne Jonas Juno Kai ' +
  'Karim Keiko Lars Leila Lena Lewis Lucia Luca Magnus Maeve Marek Marta Mina Mirela Nadia ' +
  'Nanami Nikhil Noor Odile Oisin Olga Oscar Owen Paloma Pavel Petra Priya Quentin Rafael ' +
  'Ravi Rosalind Rupert Sabine Saoirse Selma Shona Sipho Sofia Stellan Sunita Tamsin Tariq ' +
  'Tessa Theo Tomasz Ulrike Vera Viktor Vivian Wanda Wendy Xenia Yara Yusuf Zoltan'
).split(' ');

const SURNAME_STARTS: readonly string[] = (
  'Ash Bar Birk Bran Cal Cart Dal Dun Eld Far Fen Gar Glen Hal Hart Hol Ing Kel Kirk Lang Lind ' +
  'Mar Mel Nor Oak Pem Quar Rav Row Sand Sel Stan Thorn Tul Ull Var Wal Wes Win Yar'
).split(' ');

const SURNAME_ENDS: readonly string[] = (
  'bank berg bourne by croft dale den field ford gate grave ham holm land lea lock mere mond ' +
  'moor quist rick sen stad ton wick'
).split(' ');

export const SURNAMES: readonly string[] = SURNAME_STARTS.flatMap((start) =>
  SURNAME_ENDS.map((end) => start + end),
);

/** Fictional companies. Each name is also reserved under `.example`. */
export const COMPANIES: readonly string[] = [
  'Ravenholt Marine',
  'Tidewell Foods',
  'Corrigan Rail',
  'Lowmoor Energy',
  'Halden Optics',
  'Pinecrest Logistics',
  'Stellmark Pharma',
  'Auberon Paper',
  'Kestrel Freight',
  'Wintergreen Textiles',
  'Quayside Insurance',
  'Dunmore Ceramics',
];

export const DEPARTMENTS = [
  'Operations',
  'Sales',
  'Engineering',
  'Finance',
  'Support',
  'Logistics',
  'Marketing',
  'People',
  'IT',
  'Legal',
  'Security',
  'Executive',
] as const;

export type Department = (typeof DEPARTMENTS)[number];

export const SUBJECT_WORDS: readonly string[] = (
  'Tender Minutes Budget Forecast Rota Invoice Quote Contract Survey Roadmap Review Onboarding ' +
  'Audit Delivery Supplier Workshop Maintenance Training Travel Claim Draft Pricing Renewal'
).split(' ');

export const FOLDER_WORDS: readonly string[] =
  'Plans Reports Clients Templates Archive Projects Meetings Figures Contracts Press'.split(' ');
