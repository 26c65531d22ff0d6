/** Which folder belongs to whom right now: its events go to their bursts, and what is new among the folders is armed. */

import type { Bursts } from './bursts.js';
import { openFolderEvents } from './events.js';
import type { LoneFile } from './lone-file.js';
import type { Roster } from './roster.js';
import { mapTerritory, type Subject, type Territory } from './territory.js';

export interface MapOptions {
  readonly roster: Roster;
  readonly bursts: Bursts<Subject>;
  readonly config: LoneFile | undefined;
  readonly events: 'on' | 'off';
  readonly onError: (error: unknown) => void;
}

export interface FolderMap {
  readonly territory: () => Territory;
  /** Arms what is new, and anew what was rebuilt. */
  readonly redraw: () => Promise<void>;
  /** Until then, events are armed but not told. */
  readonly listen: () => void;
  /** Absolute; those whose events are heard. */
  readonly folders: () => readonly string[];
  /** Is drawn no more afterwards. */
  readonly close: () => Promise<void>;
}

export function openMap({ roster, bursts, config, events: mode, onError }: MapOptions): FolderMap {
  const events = mode === 'off' ? undefined : openFolderEvents({ onHint, onArmed, onError });
  let territory = mapTerritory([], [], []);
  let state: 'deaf' | 'listening' | 'closed' = 'deaf';

  function onHint(folder: string, name: string | undefined): void {
    if (state !== 'listening') return;
    for (const subject of territory.concerned(folder, name)) bursts.extend(subject, name ?? folder);
  }

  function onArmed(folder: string): void {
    if (state !== 'listening') return;
    for (const subject of territory.inhabitants(folder)) bursts.finish(subject, 'armed');
  }

  return {
    territory: () => territory,
    redraw: async () => {
      if (state === 'closed') return;
      territory = draw(roster, config);
      await events?.arm(territory.folders);
    },
    listen: () => {
      state = 'listening';
    },
    folders: () => events?.folders() ?? [],
    close: async () => {
      state = 'closed';
      await events?.close();
    },
  };
}

function draw(roster: Roster, config: LoneFile | undefined): Territory {
  const { places, rootIgnore } = roster.structure();
  const files = config === undefined ? [rootIgnore] : [rootIgnore, config];
  return mapTerritory(roster.extensions(), places, files);
}
