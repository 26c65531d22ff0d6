/** Work at one tenant: its connection, given back at the end, and a voice for the pauses that it makes. */

import { connect } from './connect.js';
import { type Notices, openNotices } from './notices.js';
import type { RunPlace } from './run-place.js';
import { type Site, sharedBy } from './site.js';

/** @throws UserError where the credentials are not to be had, and what the work throws */
export async function withConnection<T>(
  site: Site,
  work: (place: RunPlace, notices: Notices) => Promise<T>,
): Promise<T> {
  const { settings, io } = site;
  const notices = openNotices(io.stderr);
  const connection = await connect(settings, io, { onWait: notices.say, ...sharedBy(site) });
  try {
    return await work({ settings, connection, io }, notices);
  } finally {
    await connection.close();
  }
}
