/** The documents' own curl lines, word for word except for the host, and the fields they promise. */

/** Host, token, ids and the file are put in where the documents leave them open. */
export const extensionLines = {
  list: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions" -H "Authorization: Bearer <access_token>"`,
  create: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions" -X POST -H "Content-type: multipart/form-data" -H "Authorization: Bearer <access_token>" -F "data={\\"id\\":\\"string\\",\\"file\\":{},\\"icon\\":\\"string\\",\\"name\\":\\"string\\",\\"tags\\":[\\"string\\"],\\"type\\":\\"string\\",\\"author\\":\\"string\\",\\"bundle\\":{\\"id\\":\\"string\\",\\"name\\":\\"string\\",\\"description\\":\\"string\\"},\\"userId\\":\\"string\\",\\"bundled\\":true,\\"license\\":\\"string\\",\\"preview\\":\\"string\\",\\"version\\":\\"string\\",\\"checksum\\":\\"string\\",\\"homepage\\":\\"string\\",\\"keywords\\":\\"string\\",\\"loadpath\\":\\"string\\",\\"supplier\\":\\"string\\",\\"tenantId\\":\\"string\\",\\"updateAt\\":\\"string\\",\\"createdAt\\":\\"string\\",\\"supernova\\":true,\\"deprecated\\":\\"string\\",\\"repository\\":\\"string\\",\\"description\\":\\"string\\",\\"qextVersion\\":\\"string\\",\\"dependencies\\":{},\\"qextFilename\\":\\"string\\"}" -F "file=@/path/to/file"`,
  get: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions/{id}" -H "Authorization: Bearer <access_token>"`,
  patch: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions/{id}" -X PATCH -H "Content-type: multipart/form-data" -H "Authorization: Bearer <access_token>" -F "data={\\"id\\":\\"string\\",\\"file\\":{},\\"icon\\":\\"string\\",\\"name\\":\\"string\\",\\"tags\\":[\\"string\\"],\\"type\\":\\"string\\",\\"author\\":\\"string\\",\\"bundle\\":{\\"id\\":\\"string\\",\\"name\\":\\"string\\",\\"description\\":\\"string\\"},\\"userId\\":\\"string\\",\\"bundled\\":true,\\"license\\":\\"string\\",\\"preview\\":\\"string\\",\\"version\\":\\"string\\",\\"checksum\\":\\"string\\",\\"homepage\\":\\"string\\",\\"keywords\\":\\"string\\",\\"loadpath\\":\\"string\\",\\"supplier\\":\\"string\\",\\"tenantId\\":\\"string\\",\\"updateAt\\":\\"string\\",\\"createdAt\\":\\"string\\",\\"supernova\\":true,\\"deprecated\\":\\"string\\",\\"repository\\":\\"string\\",\\"description\\":\\"string\\",\\"qextVersion\\":\\"string\\",\\"dependencies\\":{},\\"qextFilename\\":\\"string\\"}" -F "file=@/path/to/file"`,
  delete: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions/{id}" -X DELETE -H "Authorization: Bearer <access_token>"`,
  download: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions/{id}/file" -H "Authorization: Bearer <access_token>"`,
  downloadFile: `curl "https://your-tenant.us.qlikcloud.com/api/v1/extensions/{id}/file/{filepath}" -H "Authorization: Bearer <access_token>"`,
};

/** The document's text prints these without their address; it stands in the heading above each. */
const item = 'https://your-tenant.us.qlikcloud.com/api/v1/items';
export const itemLines = {
  list: `curl "${item}" -H "Authorization: Bearer <access_token>"`,
  get: `curl "${item}/{id}" -H "Authorization: Bearer <access_token>"`,
  update: `curl "${item}/{id}" -X PUT -H "Content-type: application/json" -H "Authorization: Bearer <access_token>" -d '{"name":"string","spaceId":"string","resourceId":"string","description":"string","thumbnailId":"string","resourceLink":"string","resourceType":"app","resourceSubType":"string","resourceUpdatedAt":"2018-10-30T07:06:22Z","resourceAttributes":{},"resourceCustomAttributes":{}}'`,
  delete: `curl "${item}/{id}" -X DELETE -H "Authorization: Bearer <access_token>"`,
  collections: `curl "${item}/{id}/collections" -H "Authorization: Bearer <access_token>"`,
  published: `curl "${item}/{id}/publisheditems" -H "Authorization: Bearer <access_token>"`,
  settings: `curl "${item}/settings" -H "Authorization: Bearer <access_token>"`,
  patchSettings: `curl "${item}/settings" -X PATCH -H "Content-type: application/json" -H "Authorization: Bearer <access_token>" -d '[{"op":"replace","path":"/usageMetricsEnabled","value":true}]'`,
};

export type Shape = 'string' | 'boolean' | 'number' | 'object' | 'array';

/** The extension model; real records have `updatedAt` where the document says `updateAt`. */
export const extensionFields: Readonly<Record<string, Shape>> = {
  id: 'string',
  file: 'object',
  icon: 'string',
  name: 'string',
  tags: 'array',
  type: 'string',
  author: 'string',
  bundle: 'object',
  userId: 'string',
  bundled: 'boolean',
  license: 'string',
  preview: 'string',
  version: 'string',
  checksum: 'string',
  homepage: 'string',
  keywords: 'string',
  loadpath: 'string',
  supplier: 'string',
  tenantId: 'string',
  updatedAt: 'string',
  createdAt: 'string',
  supernova: 'boolean',
  deprecated: 'string',
  repository: 'string',
  description: 'string',
  qextVersion: 'string',
  dependencies: 'object',
  qextFilename: 'string',
};

/** The theme model: an extension's less what only a script has. */
export const themeFields: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(
    Object.entries(extensionFields).filter(
      ([name]) =>
        ![
          'bundle',
          'bundled',
          'checksum',
          'deprecated',
          'loadpath',
          'preview',
          'supernova',
          'updatedAt',
        ].includes(name),
    ),
  ),
  updateAt: 'string',
};

export const itemFields: Readonly<Record<string, Shape>> = {
  id: 'string',
  meta: 'object',
  name: 'string',
  links: 'object',
  actions: 'array',
  ownerId: 'string',
  spaceId: 'string',
  tenantId: 'string',
  createdAt: 'string',
  creatorId: 'string',
  itemViews: 'object',
  updatedAt: 'string',
  updaterId: 'string',
  resourceId: 'string',
  description: 'string',
  isFavorited: 'boolean',
  thumbnailId: 'string',
  resourceLink: 'string',
  resourceSize: 'object',
  resourceType: 'string',
  collectionIds: 'array',
  resourceSubType: 'string',
  resourceCreatedAt: 'string',
  resourceUpdatedAt: 'string',
  resourceAttributes: 'object',
  resourceReloadStatus: 'string',
  resourceReloadEndTime: 'string',
  resourceCustomAttributes: 'object',
};

export const collectionFields: Readonly<Record<string, Shape>> = {
  id: 'string',
  full: 'boolean',
  meta: 'object',
  name: 'string',
  type: 'string',
  links: 'object',
  tenantId: 'string',
  createdAt: 'string',
  creatorId: 'string',
  itemCount: 'number',
  updatedAt: 'string',
  updaterId: 'string',
  description: 'string',
};

/** Fields that a record holds beyond the document, or with another type than documented. */
export function undocumented(record: object, fields: Readonly<Record<string, Shape>>): string[] {
  return Object.entries(record)
    .filter(([name, value]) => fields[name] !== (Array.isArray(value) ? 'array' : typeof value))
    .map(([name]) => name);
}
