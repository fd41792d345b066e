// Made by tools/generate-ocsf-table.ts from the definitions of OCSF 1.8.0.
// Change the generator, not this file.

export const OCSF_VERSION = '1.8.0';

/** Primitive types: what they are made of, and the form that a text must have. */
export const TYPES: Readonly<Record<string, PrimitiveType>> = {
  boolean_t: { base: 'boolean' },
  email_t: {
    base: 'string',
    pattern: /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/,
  },
  file_name_t: { base: 'string' },
  file_path_t: { base: 'string' },
  float_t: { base: 'number' },
  hostname_t: { base: 'string' },
  integer_t: { base: 'integer' },
  ip_t: { base: 'string', isIp: true },
  json_t: { base: 'any' },
  long_t: { base: 'integer' },
  mac_t: {
    base: 'string',
    pattern: /^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$/,
  },
  port_t: { base: 'integer' },
  resource_uid_t: { base: 'string' },
  string_t: { base: 'string' },
  subnet_t: { base: 'string' },
  timestamp_t: { base: 'integer' },
  url_t: { base: 'string' },
  username_t: { base: 'string' },
  uuid_t: {
    base: 'string',
    pattern: /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/,
  },
};

export type PrimitiveType = {
  readonly base: 'string' | 'integer' | 'number' | 'boolean' | 'any';
  readonly pattern?: RegExp;
  readonly isIp?: true;
};

/**
 * `class UID NAME CATEGORY_UID CATEGORY | CAPTION` and `object NAME`, then constraints and
 * attributes, for a class those that differ from the first class's:
 * `name! type[] {value=Caption|…} @profile`, where `!` is required and `[]` a list.
 */
export const TABLE: string = `
class 0 base_event 0 Uncategorized | Base Event
  activity_id! integer_t {0=Unknown|99=Other}; activity_name string_t; actor actor @host;
  category_name string_t; category_uid! integer_t {0=Uncategorized}; class_name string_t;
  class_uid! integer_t {0=Base Event}; count integer_t; device device @host; duration long_t;
  end_time timestamp_t; message string_t; metadata! metadata; observables observable[];
  raw_data string_t; raw_data_size long_t; severity string_t; severity_id! integer_t {0=Unknown|
 1=Informational|2=Low|3=Medium|4=High|5=Critical|6=Fatal|99=Other}; start_time timestamp_t;
  status string_t; status_code string_t; status_detail string_t; status_id integer_t {0=Unknown|
 1=Success|2=Failure|99=Other}; time! timestamp_t; timezone_offset integer_t; type_name string_t;
  type_uid! long_t; unmapped object;
class 2004 detection_finding 2 Findings | Detection Finding
  activity_id! integer_t {0=Unknown|1=Create|2=Update|3=Close|99=Other};
  category_uid! integer_t {2=Findings}; class_uid! integer_t {2004=Detection Finding};
  comment string_t; confidence string_t; confidence_id integer_t {0=Unknown|1=Low|2=Medium|3=High|
 99=Other}; confidence_score integer_t; device device; evidences evidences[];
  finding_info! finding_info; impact string_t; impact_id integer_t {0=Unknown|1=Low|2=Medium|
 3=High|4=Critical|99=Other}; impact_score integer_t; is_alert boolean_t; remediation remediation;
  resources resource_details[]; risk_details string_t; risk_level string_t;
  risk_level_id integer_t {0=Info|1=Low|2=Medium|3=High|4=Critical|99=Other};
  risk_score integer_t; status_id integer_t {0=Unknown|1=New|2=In Progress|3=Suppressed|
 4=Resolved|5=Archived|6=Deleted|99=Other};
class 3001 account_change 3 Identity & Access Management | Account Change
  activity_id! integer_t {0=Unknown|1=Create|2=Enable|3=Password Change|4=Password Reset|
 5=Disable|6=Delete|7=Attach Policy|8=Detach Policy|9=Lock|10=MFA Factor Enable|
 11=MFA Factor Disable|12=Unlock|99=Other}; actor actor;
  category_uid! integer_t {3=Identity & Access Management};
  class_uid! integer_t {3001=Account Change}; http_request http_request;
  http_response http_response; policies policy[]; src_endpoint network_endpoint; user! user;
  user_result user;
class 3002 authentication 3 Identity & Access Management | Authentication
  at_least_one(service dst_endpoint); account_switch_type string_t;
  account_switch_type_id integer_t {0=Unknown|1=Substitute User|2=Impersonate|99=Other};
  activity_id! integer_t {0=Unknown|1=Logon|2=Logoff|3=Authentication Ticket|
 4=Service Ticket Request|5=Service Ticket Renew|6=Preauth|7=Account Switch|99=Other};
  actor actor; auth_protocol string_t; auth_protocol_id integer_t {0=Unknown|1=NTLM|2=Kerberos|
 3=Digest|4=OpenID|5=SAML|6=OAUTH 2.0|7=PAP|8=CHAP|9=EAP|10=RADIUS|11=Basic Authentication|
 12=LDAP|99=Other}; authentication_token authentication_token;
  category_uid! integer_t {3=Identity & Access Management};
  class_uid! integer_t {3002=Authentication}; dst_endpoint network_endpoint;
  http_request http_request; http_response http_response; is_cleartext boolean_t;
  is_mfa boolean_t; is_new_logon boolean_t; is_remote boolean_t; logon_type string_t;
  logon_type_id integer_t {0=Unknown|1=System|2=Interactive|3=Network|4=Batch|5=OS Service|
 7=Unlock|8=Network Cleartext|9=New Credentials|10=Remote Interactive|11=Cached Interactive|
 12=Cached Remote Interactive|13=Cached Unlock|99=Other}; service service; session session;
  src_endpoint network_endpoint; user! user;
class 3004 entity_management 3 Identity & Access Management | Entity Management
  access_list string_t[]; access_mask integer_t; activity_id! integer_t {0=Unknown|1=Create|
 2=Read|3=Update|4=Delete|5=Move|6=Enroll|7=Unenroll|8=Enable|9=Disable|10=Activate|11=Deactivate|
 12=Suspend|13=Resume|99=Other}; actor actor;
  category_uid! integer_t {3=Identity & Access Management};
  class_uid! integer_t {3004=Entity Management}; comment string_t; entity! managed_entity;
  entity_result managed_entity; http_request http_request; http_response http_response;
  src_endpoint network_endpoint;
class 3005 user_access 3 Identity & Access Management | User Access Management
  activity_id! integer_t {0=Unknown|1=Assign Privileges|2=Revoke Privileges|99=Other};
  actor actor; category_uid! integer_t {3=Identity & Access Management};
  class_uid! integer_t {3005=User Access Management}; http_request http_request;
  http_response http_response; privileges! string_t[]; resources resource_details[];
  src_endpoint network_endpoint; user! user;
class 3006 group_management 3 Identity & Access Management | Group Management
  activity_id! integer_t {0=Unknown|1=Assign Privileges|2=Revoke Privileges|3=Add User|
 4=Remove User|5=Delete|6=Create|7=Add Subgroup|8=Remove Subgroup|99=Other}; actor actor;
  category_uid! integer_t {3=Identity & Access Management};
  class_uid! integer_t {3006=Group Management}; group! group; http_request http_request;
  http_response http_response; privileges string_t[]; resource resource_details;
  src_endpoint network_endpoint; subgroup group; user user;
class 4009 email_activity 4 Network Activity | Email Activity
  activity_id! integer_t {0=Unknown|1=Send|2=Receive|3=Scan|4=Trace|5=MTA Relay|99=Other};
  attempt integer_t; banner string_t; category_uid! integer_t {4=Network Activity};
  class_uid! integer_t {4009=Email Activity}; command string_t; direction string_t;
  direction_id! integer_t {0=Unknown|1=Inbound|2=Outbound|3=Internal|4=Local|99=Other};
  dst_endpoint network_endpoint; email! email; from email_t; message_trace_uid string_t;
  protocol_name string_t; src_endpoint network_endpoint; to email_t[];
class 6001 web_resources_activity 6 Application Activity | Web Resources Activity
  activity_id! integer_t {0=Unknown|1=Create|2=Read|3=Update|4=Delete|5=Search|6=Import|7=Export|
 8=Share|99=Other}; category_uid! integer_t {6=Application Activity};
  class_uid! integer_t {6001=Web Resources Activity}; dst_endpoint network_endpoint;
  http_request http_request; http_response http_response; src_endpoint network_endpoint;
  web_resources! web_resource[]; web_resources_result web_resource[];
class 6003 api_activity 6 Application Activity | API Activity
  activity_id! integer_t {0=Unknown|1=Create|2=Read|3=Update|4=Delete|99=Other}; actor! actor;
  api! api; category_uid! integer_t {6=Application Activity};
  class_uid! integer_t {6003=API Activity}; dst_endpoint network_endpoint;
  http_request http_request; http_response http_response; resources resource_details[];
  src_endpoint! network_endpoint;
class 6006 file_hosting 6 Application Activity | File Hosting Activity
  access_list string_t[]; access_mask integer_t; access_result json_t;
  activity_id! integer_t {0=Unknown|1=Upload|2=Download|3=Update|4=Delete|5=Rename|6=Copy|7=Move|
 8=Restore|9=Preview|10=Lock|11=Unlock|12=Share|13=Unshare|14=Open|15=Sync|16=Unsync|
 17=Access Check|99=Other}; actor! actor; category_uid! integer_t {6=Application Activity};
  class_uid! integer_t {6006=File Hosting Activity}; dst_endpoint network_endpoint;
  expiration_time timestamp_t; file! file; file_result file; http_request http_request;
  http_response http_response; share string_t; share_type string_t;
  share_type_id integer_t {0=Unknown|1=File|2=Pipe|3=Print|99=Other};
  src_endpoint! network_endpoint;
object actor
  at_least_one(process user invoked_by session app_name app_uid); app_name string_t;
  app_uid string_t; session session; user user;
object analytic
  at_least_one(name uid); algorithm string_t; category string_t; desc string_t; name string_t;
  state string_t; state_id integer_t {0=Unknown|1=Active|2=Suppressed|3=Experimental|99=Other};
  type string_t; type_id! integer_t {0=Unknown|1=Rule|2=Behavioral|3=Statistical|
 4=Learning (ML/DL)|5=Fingerprinting|6=Tagging|7=Keyword Match|8=Regular Expressions|
 9=Exact Data Match|10=Partial Data Match|11=Indexed Data Match|99=Other}; uid string_t;
  version string_t;
object api
  group group; operation! string_t; request request; response response; service service;
  version string_t;
object attack
  at_least_one(tactic technique sub_technique); sub_technique sub_technique; technique technique;
  version string_t;
object authentication_token
  created_time timestamp_t; expiration_time timestamp_t; is_renewable boolean_t;
  kerberos_flags string_t; modified_time timestamp_t; name string_t; tenant_uid string_t;
  type string_t; type_id integer_t {0=Unknown|1=Ticket Granting Ticket|2=Service Ticket|
 3=Identity Token|4=Refresh Token|5=SAML Assertion|6=Client Token|7=API Token|99=Other};
  uid string_t; zone string_t;
object device
  at_least_one(ip uid name hostname instance_uid interface_uid interface_name);
  autoscale_uid string_t; boot_time timestamp_t; boot_uid string_t; created_time timestamp_t;
  desc string_t; domain string_t; eid string_t; first_seen_time timestamp_t; groups group[];
  hostname hostname_t; hypervisor string_t; iccid string_t; imei_list string_t[];
  instance_uid string_t; interface_name string_t; interface_uid string_t; ip ip_t;
  is_backed_up boolean_t; is_compliant boolean_t; is_managed boolean_t;
  is_mobile_account_active boolean_t; is_personal boolean_t; is_shared boolean_t;
  is_supervised boolean_t; is_trusted boolean_t; last_seen_time timestamp_t; location location;
  mac mac_t; mac_vendor string_t; meid string_t; model string_t; modified_time timestamp_t;
  name string_t; os os; os_machine_uuid uuid_t; owner user; pool group; region string_t;
  risk_level string_t; risk_level_id integer_t {0=Info|1=Low|2=Medium|3=High|4=Critical|99=Other};
  risk_score integer_t; subnet subnet_t; subnet_uid string_t; type string_t;
  type_id! integer_t {0=Unknown|1=Server|2=Desktop|3=Laptop|4=Tablet|5=Mobile|6=Virtual|7=IOT|
 8=Browser|9=Firewall|10=Switch|11=Hub|12=Router|13=IDS|14=IPS|15=Load Balancer|99=Other};
  udid string_t; uid string_t; uid_alt string_t; vendor_name string_t; vlan_uid string_t;
  vpc_uid string_t; zone string_t;
object email
  at_least_one(from to); cc email_t[]; cc_mailboxes string_t[]; delivered_to_list email_t[];
  files file[]; from email_t; from_list email_t[]; from_mailbox string_t;
  from_mailboxes email_t[]; is_read boolean_t; message_uid string_t; raw_header string_t;
  reply_to_list email_t[]; reply_to_mailboxes string_t[]; return_path email_t; sender email_t;
  sender_mailbox string_t; size long_t; subject string_t; to email_t[]; to_mailboxes string_t[];
  uid string_t; urls url[]; x_originating_ip ip_t[];
object evidences
  at_least_one(actor api connection_info data database databucket device dst_endpoint email file
 process query resources src_endpoint url user job script); actor actor; api api; data json_t;
  device device; dst_endpoint network_endpoint; email email; file file; http_request http_request;
  http_response http_response; name string_t; resources resource_details[];
  src_endpoint network_endpoint; uid string_t; url url; user user; verdict string_t;
  verdict_id integer_t {0=Unknown|1=False Positive|2=True Positive|3=Disregard|4=Suspicious|
 5=Benign|6=Test|7=Insufficient Data|8=Security Risk|9=Managed Externally|10=Duplicate|99=Other};
object file
  accessed_time timestamp_t; accessor user; attributes integer_t; company_name string_t;
  confidentiality string_t; confidentiality_id integer_t {0=Unknown|1=Not Confidential|
 2=Confidential|3=Secret|4=Top Secret|5=Private|6=Restricted|99=Other}; created_time timestamp_t;
  creator user; desc string_t; drive_type string_t; drive_type_id integer_t {0=Unknown|
 1=Removable|2=Fixed|3=Remote|4=CD-ROM|5=RAM Disk|99=Other}; ext string_t;
  imported_symbols string_t[]; internal_name string_t; is_deleted boolean_t;
  is_encrypted boolean_t; is_readonly boolean_t; is_system boolean_t; mime_type string_t;
  modified_time timestamp_t; modifier user; name! file_name_t; owner user; parent_folder string_t;
  path file_path_t; product product; security_descriptor string_t; size long_t; type string_t;
  type_id! integer_t {0=Unknown|1=Regular File|2=Folder|3=Character Device|4=Block Device|
 5=Local Socket|6=Named Pipe|7=Symbolic Link|8=Executable File|99=Other}; uid string_t; uri url_t;
  url url; version string_t; volume string_t; xattributes object;
object finding_info
  analytic analytic; attacks attack[]; created_time timestamp_t; data_sources string_t[];
  desc string_t; first_seen_time timestamp_t; last_seen_time timestamp_t;
  modified_time timestamp_t; product product; related_analytics analytic[];
  related_events_count integer_t; src_url url_t; title string_t; types string_t[]; uid! string_t;
  uid_alt string_t;
object group
  at_least_one(name uid); desc string_t; domain string_t; name string_t; privileges string_t[];
  type string_t; uid string_t; uid_alt string_t;
object http_request
  args string_t; body_length integer_t; http_method string_t {CONNECT=Connect|DELETE=Delete|
 GET=Get|HEAD=Head|OPTIONS=Options|PATCH=Patch|POST=Post|PUT=Put|TRACE=Trace}; length integer_t;
  referrer string_t; uid string_t; url url; user_agent string_t; version string_t;
  x_forwarded_for ip_t[];
object http_response
  body_length integer_t; code! integer_t; content_type string_t; latency integer_t;
  length integer_t; message string_t; status string_t;
object location
  at_least_one(city country postal_code region); aerial_height string_t; city string_t;
  continent string_t; country string_t; desc string_t; geodetic_altitude string_t;
  geodetic_vertical_accuracy string_t; geohash string_t; horizontal_accuracy string_t;
  is_on_premises boolean_t; lat float_t; long float_t; postal_code string_t;
  pressure_altitude string_t; provider string_t; region string_t;
object logger
  at_least_one(name uid); device device; event_uid string_t; is_truncated boolean_t;
  log_format string_t; log_level string_t; log_name string_t; log_provider string_t;
  log_version string_t; logged_time timestamp_t; name string_t; product product;
  transmit_time timestamp_t; uid string_t; untruncated_size integer_t; version string_t;
object managed_entity
  at_least_one(name uid device group org policy user); data json_t; device device; email email;
  group group; location location; name string_t; policy policy; type string_t;
  type_id integer_t {0=Unknown|1=Device|2=User|3=Group|4=Organization|5=Policy|6=Email|
 7=Network Zone|99=Other}; uid string_t; user user; version string_t;
object metadata
  correlation_uid string_t; debug string_t[]; event_code string_t; is_truncated boolean_t;
  labels string_t[]; log_format string_t; log_level string_t; log_name string_t;
  log_provider string_t; log_source string_t; log_version string_t; logged_time timestamp_t;
  loggers logger[]; modified_time timestamp_t; original_event_uid string_t;
  original_time string_t; processed_time timestamp_t; product! product; profiles string_t[];
  sequence integer_t; source string_t; tenant_uid string_t; transmit_time timestamp_t;
  type string_t; uid string_t; untruncated_size integer_t; version! string_t;
object network_endpoint
  at_least_one(ip uid name hostname svc_name instance_uid interface_uid interface_name domain);
  domain string_t; hostname hostname_t; instance_uid string_t; interface_name string_t;
  interface_uid string_t; intermediate_ips ip_t[]; ip ip_t; isp string_t; isp_org string_t;
  location location; mac mac_t; mac_vendor string_t; name string_t; network_scope string_t;
  network_scope_id integer_t {0=Unknown|1=Internal|2=External|99=Other}; os os; owner user;
  pool group; port port_t; subnet_uid string_t; svc_name string_t; type string_t;
  type_id integer_t {0=Unknown|1=Server|2=Desktop|3=Laptop|4=Tablet|5=Mobile|6=Virtual|7=IOT|
 8=Browser|9=Firewall|10=Switch|11=Hub|12=Router|13=IDS|14=IPS|15=Load Balancer|99=Other};
  uid string_t; vlan_uid string_t; vpc_uid string_t; zone string_t;
object object
object observable
  event_uid string_t; name string_t; type string_t; type_id! integer_t {0=Unknown|1=Hostname|
 2=IP Address|3=MAC Address|4=User Name|5=Email Address|6=URL String|7=File Name|8=Hash|
 9=Process Name|10=Resource UID|11=Port|12=Subnet|13=Command Line|14=Country|15=Process ID|
 16=HTTP User-Agent|19=User Credential ID|20=Endpoint|21=User|22=Email|
 23=Uniform Resource Locator|24=File|25=Process|26=Geo Location|27=Container|30=Fingerprint|
 36=Script Content|37=Serial Number|42=Message UID|45=File Path|99=Other}; type_uid long_t;
  value string_t;
object os
  build string_t; country string_t; cpe_name string_t; cpu_bits integer_t; edition string_t;
  kernel_release string_t; lang string_t; name! string_t; sp_name string_t; sp_ver integer_t;
  type string_t; type_id! integer_t {0=Unknown|99=Other|100=Windows|101=Windows Mobile|200=Linux|
 201=Android|300=macOS|301=iOS|302=iPadOS|400=Solaris|401=AIX|402=HP-UX}; version string_t;
object policy
  at_least_one(name type uid); data json_t; desc string_t; group group; is_applied boolean_t;
  name string_t; type string_t; uid string_t; version string_t;
object product
  at_least_one(name uid); cpe_name string_t; lang string_t; name string_t; path string_t;
  uid string_t; url_string url_t; vendor_name string_t; version string_t;
object remediation
  desc! string_t; references string_t[];
object request
  data json_t; flags string_t[]; uid! string_t;
object resource_details
  at_least_one(name uid); created_time timestamp_t; criticality string_t; data json_t;
  group group; hostname hostname_t; ip ip_t; is_backed_up boolean_t; labels string_t[];
  modified_time timestamp_t; name string_t; namespace string_t; owner user; role string_t;
  role_id integer_t {0=Unknown|1=Target|2=Actor|3=Affected|4=Related|99=Other}; type string_t;
  uid resource_uid_t; uid_alt resource_uid_t; version string_t;
object response
  code integer_t; data json_t; error string_t; error_message string_t; flags string_t[];
  message string_t;
object service
  at_least_one(name uid); labels string_t[]; name string_t; uid string_t; version string_t;
object session
  count integer_t; created_time timestamp_t; credential_uid string_t; expiration_reason string_t;
  expiration_time timestamp_t; is_mfa boolean_t; is_remote boolean_t; is_vpn boolean_t;
  issuer string_t; terminal string_t; uid string_t; uid_alt string_t; uuid uuid_t;
object sub_technique
  at_least_one(name uid); name string_t; src_url url_t; uid string_t;
object technique
  at_least_one(name uid); name string_t; src_url url_t; uid string_t;
object url
  at_least_one(url_string path); categories string_t[]; category_ids integer_t[] {0=Unknown|
 1=Adult/Mature Content|3=Pornography|4=Sex Education|5=Intimate Apparel/Swimsuit|6=Nudity|
 7=Extreme|9=Scam/Questionable/Illegal|11=Gambling|14=Violence/Hate/Racism|15=Weapons|16=Abortion|
 17=Hacking|18=Phishing|20=Entertainment|21=Business/Economy|22=Alternative Spirituality/Belief|
 23=Alcohol|24=Tobacco|25=Controlled Substances|26=Child Pornography|27=Education|
 29=Charitable Organizations|30=Art/Culture|31=Financial Services|32=Brokerage/Trading|33=Games|
 34=Government/Legal|35=Military|36=Political/Social Advocacy|37=Health|38=Technology/Internet|
 40=Search Engines/Portals|43=Malicious Sources/Malnets|44=Malicious Outbound Data/Botnets|
 45=Job Search/Careers|46=News/Media|47=Personals/Dating|49=Reference|
 50=Mixed Content/Potentially Adult|51=Chat (IM)/SMS|52=Email|53=Newsgroups/Forums|54=Religion|
 55=Social Networking|56=File Storage/Sharing|57=Remote Access Tools|58=Shopping|59=Auctions|
 60=Real Estate|61=Society/Daily Living|63=Personal Sites|64=Restaurants/Dining/Food|
 65=Sports/Recreation|66=Travel|67=Vehicles|68=Humor/Jokes|71=Software Downloads|
 83=Peer-to-Peer (P2P)|84=Audio/Video Clips|85=Office/Business Applications|86=Proxy Avoidance|
 87=For Kids|88=Web Ads/Analytics|89=Web Hosting|90=Uncategorized|92=Suspicious|
 93=Sexual Expression|95=Translation|96=Non-Viewable/Infrastructure|97=Content Servers|
 98=Placeholders|99=Other|101=Spam|102=Potentially Unwanted Software|103=Dynamic DNS Host|
 106=E-Card/Invitations|107=Informational|108=Computer/Information Security|
 109=Internet Connected Devices|110=Internet Telephony|111=Online Meetings|112=Media Sharing|
 113=Radio/Audio Streams|114=TV/Video Streams|118=Piracy/Copyright Concerns|121=Marijuana};
  domain string_t; hostname hostname_t; path string_t; port port_t; query_string string_t;
  resource_type string_t; scheme string_t; subdomain string_t; url_string url_t;
object user
  at_least_one(account name uid); display_name string_t; domain string_t; email_addr email_t;
  forward_addr email_t; full_name string_t; groups group[]; has_mfa boolean_t; name username_t;
  phone_number string_t; risk_level string_t; risk_level_id integer_t {0=Info|1=Low|2=Medium|
 3=High|4=Critical|99=Other}; risk_score integer_t; type string_t; type_id integer_t {0=Unknown|
 1=User|2=Admin|3=System|4=Service|99=Other}; uid string_t; uid_alt string_t;
object web_resource
  at_least_one(name uid); created_time timestamp_t; data json_t; desc string_t; labels string_t[];
  modified_time timestamp_t; name string_t; type string_t; uid resource_uid_t;
  uid_alt resource_uid_t; url_string url_t;
`;
