/**
 * Template ids of the directory roles that the vendor's reference calls privileged. Their holders
 * can give themselves or others more rights than they were given.
 */
export const PRIVILEGED_ROLES: ReadonlySet<string> = new Set([
  // Global Administrator
  '62e90394-69f5-4237-9190-012177145e10',
  // Privileged Role Administrator
  'e8611ab8-c189-46e8-94e1-60213ab1f814',
  // Privileged Authentication Administrator
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13',
  // Authentication Administrator
  'c4e39bd9-1100-46d3-8c65-fb160da0071f',
  // Application Administrator
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
  // Cloud Application Administrator
  '158c047a-c907-4556-b7ef-446551a6b5f7',
  // Application Developer
  'cf1c38e5-3621-4004-a7cb-879624dced7c',
  // Conditional Access Administrator
  'b1be1c3e-b65d-4f19-8427-f6fa0d97feb9',
  // Security Administrator
  '194ae4cb-b126-40b2-bd5b-6091b380977d',
  // Hybrid Identity Administrator
  '8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2',
  // Domain Name Administrator
  '8329153b-31d0-4727-b945-745eb3bc5f31',
  // External Identity Provider Administrator
  'be2f45a1-457d-42af-a067-6ec1fa63bc45',
  // Helpdesk Administrator
  '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  // Password Administrator
  '966707d0-3269-4727-9be2-8c3a10f19b9d',
  // User Administrator
  'fe930be7-5e62-47db-91af-98c3a49a38b1',
  // Directory Writers
  '9360feb5-f418-4baa-8175-e2a00bac4301',
  // Intune Administrator
  '3a2c62db-5318-420d-8d74-23affee5d9d5',
  // Cloud Device Administrator
  '7698a772-787b-4ac8-901f-60d6b08affd2',
  // Exchange Administrator: reads every mailbox, although the vendor does not call it privileged.
  '29232cdf-9323-42fd-ade2-1d097af3e4de',
  // SharePoint Administrator: reads every site, although the vendor does not call it privileged.
  'f28a1f50-f6e7-4571-818b-6a12f2af6b6c',
]);

export function isPrivilegedRole(template: string): boolean {
  return PRIVILEGED_ROLES.has(template.toLowerCase());
}
