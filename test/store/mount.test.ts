/** Mounts of programs that show late what other machines did; the lines are those that a Linux 6.18 gives for them. */

import { describe, expect, it } from 'vitest';
import { checkStore } from '../../src/store/check-store.js';
import { findLateMount, type LateMount, typeOfMount } from '../../src/store/mount.js';
import { startTestStore } from './stores.js';

const mountinfo = `21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:27 / /mnt rw - tmpfs tmpfs rw
90 30 0:50 / /mnt/bucket rw,nosuid,nodev,relatime - fuse.s3fs s3fs rw,user_id=0,group_id=0
91 30 0:51 / /mnt/remote rw,nosuid,nodev,relatime shared:7 master:2 - fuse.rclone :webdav{rZ48j}: rw,user_id=0,group_id=0
92 30 0:52 / /mnt/two\\040words rw - fuse.sshfs host:/srv rw,user_id=0,group_id=0
93 30 0:53 / /mnt/twice rw - ext4 /dev/vdb rw
94 93 0:54 / /mnt/twice rw - fuse.rclone remote: rw
`;

describe('the type of the mount that holds a folder', () => {
  it.each([
    ['/mnt/bucket', 'fuse.s3fs'],
    ['/mnt/bucket/qlik/ci', 'fuse.s3fs'],
    ['/mnt/remote/qlik', 'fuse.rclone'],
    ['/mnt/two words/qlik', 'fuse.sshfs'],
    ['/mnt/twice/qlik', 'fuse.rclone'],
    ['/mnt/bucket-2', 'tmpfs'],
    ['/srv/bucket', 'ext4'],
    ['/', 'ext4'],
  ])('%s: %s', (folder, type) => {
    expect(typeOfMount(mountinfo, folder)).toBe(type);
  });

  it('is unknown where the kernel does not say', () => {
    expect(typeOfMount('', '/mnt')).toBeUndefined();
    expect(typeOfMount('a line of something else\n', '/mnt')).toBeUndefined();
  });

  it('of a folder that is not there, or on a disk, is not late', () => {
    expect(findLateMount('/nowhere/at/all')).toBeUndefined();
    expect(findLateMount('/')).toBeUndefined();
  });
});

describe('store check', () => {
  const check = async (mount: LateMount | undefined) => {
    const running = await startTestStore('file');
    const store = await running.open();
    try {
      const { checks } = await checkStore({ store, anonymous: undefined, findLateMount: async () => mount });
      return checks.find(({ name }) => name === 'list');
    } finally {
      await store.close();
      await running.close();
    }
  };

  it('warns of a mount that shows files of others late, as rclone 1.60.1 does, although it lists its own at once', async () => {
    expect(await check({ program: 'rclone', what: 'files of other machines' })).toMatchObject({
      status: 'warning',
      message: expect.stringContaining(
        'rclone mounts the folder and may show files of other machines minutes late',
      ),
      hint: expect.stringContaining('s3://bucket/prefix'),
    });
  });

  it('says nothing of any other', async () => {
    expect(await check(undefined)).toMatchObject({ status: 'ok' });
  });
});
