export { withAccess } from './access-rows.ts';
export { Companies, type CompaniesOptions, type Company, type CompanyHost } from './companies.ts';
